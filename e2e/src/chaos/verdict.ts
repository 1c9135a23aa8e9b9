/** What the run came to: every number of the table, from what was accepted, executed, watched and recorded. Pure. */
import { isTerminal, type JobStatus } from '@safelight/shared'
import type { ExecutionLine } from '@safelight/testkit'
import { promptIdOf } from '@safelight/store'
import type { FinalState, Followed } from '../testing/follower.ts'
import type { Disruption } from './blows.ts'
import { type CancelCount, countCancels } from './cancels.ts'
import { findWrongEnds, hidesHistory, isDeafening, type Outcome } from './ends.ts'
import { findRestaged, type Handover } from './handovers.ts'
import type { Stock } from './stock.ts'
import { isFragile } from './wanted.ts'
import { type JobHistory, type Recovery, slowestRecoveries } from './recovery.ts'
import { findOverfull, type Overfull } from './slots.ts'
import { countTwice, type HostExecution, type Loss } from './twice.ts'

export interface Facts {
  /** Jobs that were answered with 201. */
  accepted: readonly string[]
  /** The record of every job there is, also of those whose answer was lost on its way. */
  records: ReadonlyMap<string, FinalState>
  histories: readonly JobHistory[]
  /** The same jobs again: what was asked of them, and what came of it. */
  outcomes: readonly Outcome[]
  /** Jobs whose cancel was asked for. */
  canceled: ReadonlySet<string>
  /** When jobs were heard to be canceled. */
  canceledAt: ReadonlyMap<string, number>
  /** Jobs whose priority was changed, and what it must be. */
  reordered: ReadonlyMap<string, number>
  /** Prompts that a host may hold. */
  slots: number
  overfull: readonly Overfull[]
  executions: readonly (ExecutionLine & { host: string })[]
  watches: readonly Followed[]
  disruptions: readonly Disruption[]
  /** What is left of files when all is over. */
  stock: Stock
  /** Answers of the API that nothing accounts for. */
  strange: readonly string[]
  handovers: readonly Handover[]
  workers: number
}

export interface Verdict {
  accepted: number
  /** On record although no answer came through. */
  unanswered: number
  ended: Partial<Record<JobStatus, number>>
  failures: Record<string, number>
  lost: string[]
  /** Ends that neither the job's graph nor what broke accounts for. */
  wrongEnds: string[]
  cancels: CancelCount
  /** Executions that went on when their job was canceled. */
  runOn: string[]
  /** Changes of priority that were answered and did not stay. */
  unordered: string[]
  /** A host held more prompts than it has slots. */
  overfull: string[]
  executed: number
  executedTwice: string[]
  lostWithHost: number
  cutOff: number
  /** Executed, but of no job we know. */
  strangers: number
  watches: number
  connections: number
  events: number
  differing: string[]
  /** Files that were looked at when all was over. */
  files: number
  brokenFiles: string[]
  leftFiles: string[]
  handovers: number
  restaged: string[]
  disorder: string[]
  slowest: Map<string, Recovery>
  /** Jobs that waited when a worker died; null when none did, or nobody could tell. */
  mostWaiting: number | null
}

/** More attempts than any job of a run makes. */
const MOST_ATTEMPTS = 60

/** Which attempt of which job each promptId stands for. */
export function toAttemptOf(
  jobIds: Iterable<string>,
): ReadonlyMap<string, { jobId: string; attempt: number }> {
  const attemptOf = new Map<string, { jobId: string; attempt: number }>()
  for (const jobId of jobIds)
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1)
      attemptOf.set(promptIdOf(jobId, attempt), { jobId, attempt })
  return attemptOf
}

export function judge(facts: Facts): Verdict {
  const { accepted, records, watches, disruptions } = facts
  const ids = new Set([...accepted, ...records.keys()])
  const attemptOf = toAttemptOf(ids)
  const executions = facts.executions.flatMap((one): HostExecution[] => {
    const { jobId } = attemptOf.get(one.clientId ?? '') ?? {}
    return jobId ? [{ ...one, jobId }] : []
  })
  const losses = disruptions
    .filter(({ forgot }) => forgot)
    .map(({ target, at }) => ({ host: target, at }))
  const known = [...losses, ...toUnheard(disruptions)]
  const fragile = toFragile(facts.outcomes)
  const of = (isOf: boolean) => executions.filter(({ jobId }) => fragile.has(jobId) === isOf)
  const [firm, brittle] = [
    countTwice(of(false), known),
    countTwice(of(true), [...known, ...toUnsent(facts)]),
  ]
  const cancels = countCancels(executions, facts.canceledAt)
  const ends = [...records.values()].filter(({ status }) => isEnd(status))
  return {
    accepted: accepted.length,
    unanswered: ids.size - new Set(accepted).size,
    ended: count(ends.map(({ status }) => status)),
    failures: count(ends.flatMap(({ errorCode }) => errorCode ?? [])),
    lost: [...ids].flatMap((jobId) => {
      const status = records.get(jobId)?.status ?? 'not on record'
      return isEnd(status) ? [] : [`${jobId}: ${status}`]
    }),
    wrongEnds: findWrongEnds(facts.outcomes, { canceled: facts.canceled, executions, disruptions }),
    cancels,
    runOn: cancels.runOn,
    unordered: facts.outcomes.flatMap(({ jobId, priority }) => {
      const wanted = facts.reordered.get(jobId) ?? priority
      return wanted === priority ? [] : [`${jobId}: ${priority}, not ${wanted}`]
    }),
    overfull: findOverfull(facts.overfull, { ...facts, attemptOf }),
    executed: executions.length,
    executedTwice: [...firm.twice, ...brittle.twice],
    lostWithHost: firm.lostWithHost + brittle.lostWithHost,
    cutOff: firm.cutOff + brittle.cutOff,
    strangers: facts.executions.length - executions.length,
    watches: watches.length,
    connections: watches.reduce((sum, { connections }) => sum + connections, 0),
    events: watches.reduce((sum, { events }) => sum + events, 0),
    files: facts.stock.looked,
    brokenFiles: [...facts.stock.broken, ...facts.strange],
    leftFiles: facts.stock.left,
    handovers: facts.handovers.length,
    restaged: findRestaged(facts.handovers, facts),
    differing: watches.flatMap((watch) => toDifference(watch, records.get(watch.jobId)) ?? []),
    disorder: watches.flatMap(({ jobId, kind, disorder }) =>
      disorder.map((what) => `${jobId} (${kind}): ${what}`),
    ),
    slowest: slowestRecoveries(disruptions, facts.histories),
    mostWaiting: disruptions.reduce<number | null>(
      (most, { left }) => (left ? Math.max(most ?? 0, left.waiting) : most),
      null,
    ),
  }
}

/** What must be empty, and what one of it is called. */
export const FINDINGS = [
  ['lost', 'lost'],
  ['wrongEnds', 'wrong end'],
  ['runOn', 'ran on'],
  ['unordered', 'priority'],
  ['overfull', 'more than its slots'],
  ['executedTwice', 'executed twice'],
  ['differing', 'differs'],
  ['brokenFiles', 'file'],
  ['leftFiles', 'left'],
  ['restaged', 'staged again'],
  ['disorder', 'out of order'],
] as const

/** All that must be zero is. */
export function isClean(verdict: Verdict): boolean {
  return FINDINGS.every(([name]) => verdict[name].length === 0)
}

/** A worker that was lost this long before may have left the prompt to a host that began it only now. */
const LEFT_WITHIN_MS = 20_000

/**
 * A success that leaves no history is known to nobody but the worker that heard it. It is only gone when that worker
 * was hit, or could not write it down: never for a job whose worker lived on.
 */
function toUnheard(disruptions: readonly Disruption[]): Loss[] {
  const hits = disruptions.filter(({ target }) => /^(worker|redis)/.test(target))
  return disruptions.filter(hidesHistory).flatMap(({ target, at: from, until = Infinity }) =>
    hits.map(({ at }) => ({
      host: target,
      at,
      alsoWithinMs: LEFT_WITHIN_MS,
      endedIn: { from, until },
    })),
  )
}

/**
 * Jobs that are run again when something of them is not to be had: a picture that was only sent, or one that the host
 * says it made for another job.
 */
function toFragile(outcomes: readonly Outcome[]): ReadonlySet<string> {
  const first = new Map<string, string>()
  const fragile = new Set<string>()
  for (const { jobId, workflow } of outcomes) {
    const text = JSON.stringify(workflow)
    const other = first.get(text)
    if (other !== undefined) [other, jobId].forEach((id) => fragile.add(id))
    if (isFragile(workflow)) fragile.add(jobId)
    first.set(text, jobId)
  }
  return fragile
}

function toUnsent({ disruptions, executions }: Facts): Loss[] {
  const hosts = [...new Set(executions.map(({ host }) => host))]
  return disruptions
    .filter(isDeafening)
    .flatMap(({ at }) => hosts.map((host) => ({ host, at, alsoWithinMs: LEFT_WITHIN_MS })))
}

function isEnd(status: string): boolean {
  return ENDS.includes(status)
}

const ALL: readonly JobStatus[] = [
  'queued',
  'running',
  'canceling',
  'succeeded',
  'failed',
  'canceled',
  'expired',
]
const ENDS: readonly string[] = ALL.filter(isTerminal)

function toDifference(watch: Followed, record: FinalState | undefined): string | null {
  const [seen, kept] = [JSON.stringify(watch.final), JSON.stringify(record ?? null)]
  return seen === kept ? null : `${watch.jobId} (${watch.kind}): saw ${seen}, is ${kept}`
}

function count(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
