/** Durations for tests: what takes seconds in real life, and nothing that a busy machine could mistake for a death. */
import type { TimingOverrides } from '../override-timings.ts'

export const QUICK_TIMINGS = {
  // an event loop of a busy machine may hang for most of a second
  lockMs: 2_000,
  lostTicketsEveryMs: 200,
  takeEveryMs: 200,
  hostTakeEveryMs: 200,
  queueRetryMs: 100,
  dispatchLookMs: 200,
  slotRefreshMs: 200,
  probeEveryMs: 500,
  filesEveryMs: 500,
  filesAtLeastMs: 100,
  filesWaitedMs: 200,
  hostBackOffMs: 50,
  hostBackOffAtMostMs: 500,
  marksEveryMs: 100,
  hostsFileEveryMs: 50,
  reportEveryMs: 500,
  reportAtLeastMs: 0,
  cancelEveryMs: 300,
  claimFreshMs: 1_000,
  storePauseMs: 100,
  adoptLookMs: 100,
  deadlinesEveryMs: 200,
  retryMs: {
    node: 100,
    out_of_memory: 50,
    device_fault: 50,
    host_unavailable: 50,
    stalled: 50,
    interrupted: 50,
    internal: 100,
    output_gone: 50,
    picture_missed: 50,
  },
  forgetEveryMs: 100,
  earlyOutputMs: 50,
  orphansEveryMs: 100,
  // a host that is busy obeys late, too
  orphan: { firstLookMs: 300, unreachableMs: 1_000, stopMs: 5_000 },
  closeMs: 1_000,
  session: { pollMs: 300, confirmMs: 50, interruptEveryMs: 50, socket: { reconnectMinMs: 50 } },
  store: { redisRetryAtMostMs: 200 },
} as const satisfies TimingOverrides

/**
 * For a worker in the process of a test. What it may take at most: on a busy machine that is a lot, and nothing waits for it. And a
 * job stays where the test has put it.
 */
export const PATIENT = {
  closeMs: 20_000,
  lateOutputsMs: 30_000,
  moveAfterMs: 60_000,
  moveToLoadAfterMs: 60_000,
} as const satisfies TimingOverrides
