/** One round of dispatch: each host with a free slot gets the next job that it may run, and all of that is asked in one go. */
import type { Clock, Emit, Logger, WorkerEvents } from '@safelight/runtime'
import type { Backlog, Candidate, JobOnHost, OpenHand } from '@safelight/store'
import type { DispatchLimits } from '../limits.ts'
import type { FitHost, SlotBook } from './dispatcher.ts'
import { openPages, type Pages } from './pages.ts'
import {
  isInPlace,
  mayRun,
  type Offer,
  type Pick as Choice,
  pickInPlace,
  pickJob,
} from './pick-job.ts'

export interface RoundOptions {
  slots: Pick<SlotBook, 'fit' | 'missed' | 'took' | 'refused' | 'outdated' | 'drained'>
  backlog: Pick<Backlog, 'candidates' | 'dispatch' | 'isEmpty'>
  /** Takes the ticket of the job that is dispatched there next; null when it has to be put on its queue. */
  openHand: (hostId: string) => OpenHand | null
  /** The job has its slot: it gets its ticket there. */
  begin: (hostId: string, job: JobOnHost) => Promise<void>
  workerId: string
  limits: DispatchLimits
  clock: Pick<Clock, 'now'>
  emit: Emit<WorkerEvents>
  log: Logger
}

export interface Round {
  outcome:
    | 'dispatched'
    /** Nobody waits in the pool. */
    | 'nobody'
    /** Somebody does, for whom there is nothing here. */
    | 'not_here'
    /** Others have taken the jobs or the slots meanwhile, or are about to. */
    | 'missed'
  /** Others were seen to wait in the pool. */
  more: boolean
  /** Hosts that have got a job, and those for which others were faster. */
  taken: number
  missed: number
  /** Jobs that were not staged here, as a host of another worker has nothing to do. */
  elsewhere: readonly string[]
}

/** Pages after which hosts go without. */
const LOOKS = 8
/** Other hosts that the script looks at before a job is staged. */
const INSTEAD_AT_MOST = 16
/** With more hosts than that, a glance at the next few jobs does not do. */
const GLANCED_BY = 2

/**
 * @param atMost hosts that get a job
 * @param passOver jobs that are for a host elsewhere: others come first this time
 */
export async function dispatchRound(
  pool: string,
  {
    atMost,
    passOver,
    ...options
  }: RoundOptions & { atMost: number; passOver: ReadonlySet<string> },
): Promise<Round> {
  const none = { taken: 0, missed: 0, elsewhere: [] }
  const fit = [...options.slots.fit(pool)]
  const hosts = fit.filter(({ hasFreeSlot }) => hasFreeSlot)
  if (hosts.length === 0) return { outcome: 'missed', more: false, ...none }
  const { agingMs, ownerLimit } = options.limits
  const { backlog } = options
  const pages = openPages({ backlog, agingMs, ownerLimit, glance: hosts.length + 1 })
  let isEmpty = true
  // who has waited too long is found among the oldest: the first of a few of them is not the next of all
  const glances = agingMs === null && hosts.length <= GLANCED_BY
  for (let look = glances ? -1 : 0; look < LOOKS; look += 1) {
    const { taking, seen, more } = await giveAll(hosts, look, {
      ...options,
      pool,
      pages,
      fit,
      atMost,
      passOver,
    })
    if (taking.length > 0) {
      const takes = await Promise.all(taking)
      const of = (what: Take['what']) => takes.filter((took) => took.what === what)
      const [taken, missed] = [of('taken').length, of('missed').length]
      const elsewhere = of('elsewhere').map(({ jobId }) => jobId)
      const outcome = taken > 0 ? 'dispatched' : 'missed'
      return { outcome, more: more || elsewhere.length > 0, taken, missed, elsewhere }
    }
    if (seen === 0) break
    isEmpty = false
  }
  // a job whose owner has all he may have is no candidate, and waits all the same
  if (await options.backlog.isEmpty(pool)) return { outcome: 'nobody', more: false, ...none }
  // it came just now
  const isNew = isEmpty && ownerLimit === null
  return { outcome: isNew ? 'missed' : 'not_here', more: true, ...none }
}

interface Giving extends RoundOptions {
  pool: string
  pages: Pages
  /** Those without a free slot as well. */
  fit: readonly FitHost[]
  atMost: number
  passOver: ReadonlySet<string>
}

/** Page by page: what a host may not run must not hide the rest from it. */
async function giveAll(
  hosts: readonly FitHost[],
  look: number,
  { pool, pages, fit, atMost, passOver, ...options }: Giving,
): Promise<{ taking: Promise<Take>[]; seen: number; more: boolean }> {
  const { slots } = options
  const { affinity } = options.limits
  const nowMs = options.clock.now()
  const seen = new Map<string, Candidate>()
  const given = new Set(passOver)
  const taking: Promise<Take>[] = []

  /** @returns false for a host that has got nothing and might, were it to load something */
  async function give(host: FitHost, { loads }: { loads: boolean }): Promise<boolean> {
    if (taking.length >= atMost) return true
    const page = await pages.read(host.pools, look)
    const news = page.filter(({ jobId }) => !seen.has(jobId))
    slots.missed(news)
    for (const candidate of news) seen.set(candidate.jobId, candidate)
    // with what this round has done to them
    const left = page.flatMap(({ jobId }) => (given.has(jobId) ? [] : (seen.get(jobId) ?? [])))
    const pick = loads ? pickJob(left, host, { affinity, nowMs }) : pickInPlace(left, host, nowMs)
    if (!pick) return loads || left.length === 0
    given.add(pick.jobId)
    for (const jobId of pick.overtaken) overtake(seen, jobId, nowMs)
    // noted at once: the next host is to load another model
    const job = left.find(({ jobId }) => jobId === pick.jobId)
    const files = job?.needs.files ?? []
    slots.took(host.hostId, pick.jobId, files)
    const instead = job ? othersFor(job, host, { fit, nowMs }) : []
    taking.push(take(host, pick, { ...options, instead, models: toLoad(files, host) }))
    return true
  }

  for (const equals of groupEquals(hosts)) {
    const unserved: FitHost[] = []
    for (const host of equals) if (!(await give(host, { loads: false }))) unserved.push(host)
    // whoever comes later might suit them better, and what they could run is not staged elsewhere meanwhile
    if (look < 0 && unserved.length > 0) break
    for (const host of unserved) await give(host, { loads: true })
  }
  const more = [...seen.values()].some((job) => job.pool === pool && !given.has(job.jobId))
  return { taking, seen: seen.size, more }
}

function overtake(seen: Map<string, Candidate>, jobId: string, nowMs: number): void {
  const job = seen.get(jobId)
  if (!job) return
  const { count, firstAt } = job.overtaken
  seen.set(jobId, { ...job, overtaken: { count: count + 1, firstAt: firstAt ?? nowMs } })
}

/** They are in order. */
function groupEquals(hosts: readonly FitHost[]): FitHost[][] {
  const groups: FitHost[][] = []
  for (const host of hosts) {
    const last = groups.at(-1)
    if (last?.[0]?.trouble === host.trouble && last[0].load === host.load) last.push(host)
    else groups.push([host])
  }
  return groups
}

/**
 * Hosts that would be as good for it, had they nothing to do. Also those that seem to be full, or are being looked at:
 * what other workers do is only seen now and then.
 */
function othersFor(
  job: Candidate,
  { hostId, trouble }: FitHost,
  { fit, nowMs }: { fit: readonly FitHost[]; nowMs: number },
): string[] {
  const may = (other: FitHost) =>
    other.hostId !== hostId &&
    other.trouble <= trouble &&
    other.pools.includes(job.pool) &&
    mayRun(job, other, nowMs)
  const others: string[] = []
  for (const other of fit) {
    if (others.length === INSTEAD_AT_MOST) break
    if (may(other)) others.push(other.hostId)
  }
  return others
}

interface Take {
  jobId: string
  /** `elsewhere`: a host of another worker has nothing to do. */
  what: 'taken' | 'missed' | 'elsewhere'
}

interface Taking extends RoundOptions {
  instead: readonly string[]
  models: WorkerEvents['job:dispatched']['models']
}

async function take(
  { hostId, slots: count, load }: FitHost,
  { jobId, pool, overtaken }: Choice,
  { slots, backlog, workerId, limits, openHand, begin, emit, instead, models }: Taking,
): Promise<Take> {
  const askedAt = performance.now()
  const open = openHand(hostId)
  const { ownerLimit } = limits
  const hand = open?.hand ?? null
  const place = { jobId, hostId, slots: count, ownerLimit }
  const order = { ...place, instead, workerId, unready: load === 1, overtaken, hand }
  const taken = await backlog.dispatch(order).catch((error: unknown) => {
    open?.drop()
    throw error
  })
  if (taken.outcome !== 'dispatched') {
    open?.drop()
    slots.refused(hostId, jobId)
    if (taken.outcome === 'freer' && !instead.includes(taken.hostId)) {
      if (load === 0) slots.outdated(hostId)
      return { jobId, what: 'elsewhere' }
    }
    if (taken.outcome === 'full' || taken.outcome === 'freer') slots.outdated(hostId)
    if (taken.outcome === 'freer') slots.outdated(taken.hostId)
    if (taken.outcome === 'drained') slots.drained(hostId, taken.drain)
    return { jobId, what: 'missed' }
  }
  const ms = performance.now() - askedAt
  // first: what comes of it is told after it
  emit('job:dispatched', { jobId, hostId, pool, ms, overtaken: overtaken.length, models })
  if (open) open.take(taken, taken.claimed ?? null)
  else await begin(hostId, taken)
  return { jobId, what: 'taken' }
}

function toLoad(files: readonly string[], { loaded }: Offer): Taking['models'] {
  if (files.length === 0) return 'none'
  return isInPlace(files, loaded) ? 'in_place' : 'to_load'
}
