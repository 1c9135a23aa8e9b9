/** What is known of a job, as tests of why it waits put it together. */
import { type HostView, type Snapshot, toHostReason } from '@safelight/shared'
import { type AttemptRecord, type FailedAttempt, NO_NEEDS, type Standing } from '@safelight/store'
import { newHostView, newSnapshot } from '@safelight/testkit'
import { explain } from '../why/explain.ts'
import type { FactsHost, WhyFacts } from '../why/facts.ts'

export const NOW = Date.parse('2026-11-26T09:12:30Z')
export const ago = (seconds: number) => NOW - seconds * 1_000
export const iso = (ms: number) => new Date(ms).toISOString()

export const TEN_AM = Date.parse('2026-11-26T10:00:00Z')
const HALF_PAST_EIGHT = Date.parse('2026-11-26T08:30:00Z')

export interface WhyCase {
  snapshot?: Partial<Snapshot>
  standing?: Partial<Standing>
  hosts?: FactsHost[]
  facts?: Partial<WhyFacts>
}

export function host(
  id: string,
  view: Partial<HostView> = {},
  over: Partial<FactsHost> = {},
): FactsHost {
  const own = newHostView({ id, workers: ['w-1'], slots: 2, since: iso(HALF_PAST_EIGHT), ...view })
  const taken = own.running.length + own.staged.length
  return { view: own, taken, lacks: [], inPool: true, avoided: false, ...over }
}
export const BUSY: Partial<HostView> = { state: 'busy', running: ['x'], staged: ['y'] }
export const GONE: Partial<HostView> = {
  state: 'offline',
  reason: toHostReason('no_worker'),
  workers: [],
}
const failed = (over: Partial<FailedAttempt> = {}): FailedAttempt => ({
  attempt: 2,
  hostId: 'gpu-1',
  cause: 'out_of_memory',
  orphaned: false,
  at: ago(5),
  ...over,
})
export const attempted = (over: Partial<AttemptRecord> = {}): AttemptRecord => ({
  attempt: 2,
  hostId: 'gpu-1',
  promptId: 'p',
  hostUrl: null,
  failures: [failed()],
  unreachableSince: null,
  ...over,
})
export const ahead = (jobs: number, byOwner: Record<string, number>, counted = jobs) => ({
  position: {
    ahead: jobs,
    aheadMs: 1_000,
    aheadGuessed: 0,
    guessed: false,
    given: 0,
    costMs: 100,
    pool: '*',
  },
  ahead: { byOwner: new Map(Object.entries(byOwner)), counted },
})
const IN_BACKLOG = ahead(0, {})

export function ask({
  snapshot = {},
  standing = {},
  hosts = [host('gpu-1', BUSY)],
  facts = {},
}: WhyCase) {
  return explain({
    snapshot: newSnapshot(snapshot),
    nowMs: NOW,
    standing: {
      where: { place: 'backlog' },
      ...IN_BACKLOG,
      until: null,
      needs: NO_NEEDS,
      attempt: null,
      held: null,
      lostWorkers: 0,
      mishaps: 0,
      dispatches: 0,
      overtaken: 0,
      inputs: 0,
      ownerRunning: 0,
      ...standing,
    },
    hosts,
    ownerLimit: null,
    beginsInMs: null,
    endsInMs: null,
    since: null,
    nodeMs: null,
    ...facts,
  })
}

/** What is known, the code and the text that are told of it. */
export type WhyRow = [what: string, given: WhyCase, code: string, text: string]
