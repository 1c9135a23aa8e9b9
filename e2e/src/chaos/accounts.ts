/**
 * What all processes said, against what the records of jobs say of the same: one by one, each difference with the blow that
 * accounts for it. Pure.
 */
import type { JobEvent } from '@safelight/shared'
import type { Disruption } from './blows.ts'
import type { Told } from './ledger.ts'

/** Of one job, when all was over. */
export interface JobFacts {
  jobId: string
  status: string
  errorCode: string | null
  createdAt: number
  completedAt: number | null
  deadLetter: boolean
  /** How often it got a slot. */
  dispatches: number
  /** Attempts that were begun, those of which it was taken back as well. */
  begun: number
  /** The last one's number. */
  attempt: number
  takenBack: number
  failures: readonly { attempt: number; cause: string; at: number }[]
  events: readonly JobEvent[]
}

export interface AccountFacts {
  jobs: readonly JobFacts[]
  told: readonly Told[]
  disruptions: readonly Disruption[]
  /** Which attempt of which job a promptId stands for. */
  attemptOf: ReadonlyMap<string, { jobId: string; attempt: number }>
}

export interface Account {
  /** Of how many the other side knows; null: it knows no number, and each is looked at by itself. */
  really: number | null
  /** Differences that are accounted for. */
  why: string[]
  faults: string[]
}

/** What really happened: to whom, and when (ms), at the earliest and at the latest. */
interface Happening {
  id: string
  from: number
  to: number
}

/** A whole sweep, on a busy machine. */
const SWEEP_MS = 10_000
/** From a write to its answer, and what is told of it. */
const ANSWERED_MS = 1_000

const isApp = ({ target }: Disruption) => /^(api|worker)/.test(target)
export const isWorker = ({ target }: Disruption) => target.startsWith('worker')
export const isRedis = ({ target }: Disruption) => target === 'redis'
export const endOf = ({ at, until = at }: Disruption) => until

/** Who wrote it was killed, or cut off from Redis, before it could say so. */
export function findSilencer(
  { from, to }: Happening,
  disruptions: readonly Disruption[],
): string | null {
  const blow = disruptions.find(
    (one) =>
      ((isApp(one) && one.dead) || isRedis(one)) &&
      (isRedis(one) ? endOf(one) : one.at) >= from &&
      one.at <= to + ANSWERED_MS,
  )
  return blow ? named(blow) : null
}

export const named = ({ target, what }: Disruption) => `${target} ${what}`

/** A sweep that gave jobs of a host back which nobody drives says so of all of them at once. */
export function findSweep({ from, to }: Happening, told: readonly Told[]): string | null {
  const found = told.some(
    ({ name, undriven, at }) =>
      name === 'reconciler:found' && (undriven ?? 0) > 0 && at >= from && at <= to + SWEEP_MS,
  )
  return found ? 'given back by a sweep' : null
}

/** Each as often as it is said. */
function compare(
  said: readonly string[],
  happened: readonly Happening[],
  findReason: (one: Happening) => string | null,
): Account {
  const left = new Map<string, number>()
  for (const id of said) left.set(id, (left.get(id) ?? 0) + 1)
  const why: string[] = []
  const faults: string[] = []
  for (const one of happened) {
    const count = left.get(one.id) ?? 0
    if (count > 0) left.set(one.id, count - 1)
    else {
      const reason = findReason(one)
      if (reason) why.push(`${one.id} was not told: ${reason}`)
      else faults.push(`${one.id} was not told, and nothing accounts for it`)
    }
  }
  for (const [id, count] of left) if (count > 0) faults.push(`${id} was told ${count} times more`)
  return { really: happened.length, why, faults }
}

const idsOf = (told: readonly Told[], name: string, toId: (one: Told) => string) =>
  told.filter((one) => one.name === name).map(toId)
const times = (count: number, one: Happening) => Array.from({ length: count }, () => one)
/** Somewhere in the life of the job. */
const whole = ({ jobId, createdAt, completedAt }: JobFacts): Happening => ({
  id: jobId,
  from: createdAt,
  to: completedAt ?? Infinity,
})

export function accountForAccepted({ jobs, told, disruptions }: AccountFacts): Account {
  const happened = jobs.map(({ jobId, createdAt }) => ({
    id: jobId,
    from: createdAt,
    to: createdAt,
  }))
  const said = idsOf(told, 'job:accepted', ({ jobId }) => jobId ?? '')
  return compare(said, happened, (one) => findSilencer(one, disruptions))
}

export function accountForEnds({ jobs, told, disruptions }: AccountFacts): Account {
  const happened = jobs.flatMap(({ jobId, status, errorCode, completedAt: at }) =>
    at === null ? [] : [{ id: `${jobId} ${status} ${errorCode ?? 'none'}`, from: at, to: at }],
  )
  const toId = ({ jobId, status, code }: Told) => `${jobId} ${status} ${code ?? 'none'}`
  return compare(idsOf(told, 'job:ended', toId), happened, (one) => findSilencer(one, disruptions))
}

/** Of what happens to a job several times, and is counted on its record. */
const accountForTimes =
  (name: string, countOf: (job: JobFacts) => number) =>
  ({ jobs, told, disruptions }: AccountFacts): Account =>
    compare(
      idsOf(told, name, ({ jobId }) => jobId ?? ''),
      jobs.flatMap((job) => times(countOf(job), whole(job))),
      (one) => findSilencer(one, disruptions),
    )

export const accountForDispatches = accountForTimes('job:dispatched', (job) => job.dispatches)
export const accountForStarts = accountForTimes('attempt:started', (job) => job.begun)
export const accountForTakenBack = accountForTimes('job:taken-back', (job) => job.takenBack)

/** Those with another attempt after them are on record; the last one is the end of its job. */
export function accountForFailures({ jobs, told, disruptions }: AccountFacts): Account {
  const toId = ({ jobId, attempt, cause }: Told) => `${jobId} ${attempt} ${cause}`
  const failed = told.filter(({ name }) => name === 'attempt:failed')
  const last = failed.filter(({ retry }) => retry === 'fail')
  const noted = jobs.flatMap(({ jobId, failures }) =>
    failures.map(({ attempt, cause, at }) => ({
      id: `${jobId} ${attempt} ${cause}`,
      from: at,
      to: at,
    })),
  )
  const retried = failed.filter(({ retry }) => retry !== 'fail').map(toId)
  const { why, faults } = compare(
    retried,
    noted,
    (one) => findSweep(one, told) ?? findSilencer(one, disruptions),
  )
  const byId = new Map(jobs.map((job) => [job.jobId, job]))
  const seen = new Set<string>()
  for (const one of last) {
    const id = one.jobId ?? ''
    if (seen.has(id)) faults.push(`${toId(one)} was told as the last twice`)
    seen.add(id)
    // its cancel may have come first
    if (!['failed', 'canceled'].includes(byId.get(id)?.status ?? ''))
      faults.push(`${toId(one)} was told as the last, and its job ${byId.get(id)?.status}`)
  }
  return { really: noted.length + last.length, why, faults }
}
