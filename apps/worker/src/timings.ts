/**
 * Every duration of a worker that is no setting, with the reason for its default.
 */
import type { SessionTimings } from '@safelight/comfyui'
import { type FailureCause, type StoreTimings, SWEEP_EVERY_MS } from '@safelight/store'

export interface WorkerTimings {
  /** The lock of a ticket, renewed at half of it. Longer than an event loop may hang; a dead worker's jobs wait for it. */
  lockMs: number
  /**
   * A worker that died is noticed within its lock, this, and a look at the slots, and whoever notices takes what it had.
   * Those of a host are looked at this often while the records name jobs there that are not in our hands.
   */
  lostTicketsEveryMs: number
  /** How soon an idle worker looks for jobs by itself: mostly a ticket wakes it, but whoever spent that may have died over it. */
  takeEveryMs: number
  /** The same for the queue of a host that has nothing, by the records. */
  hostTakeEveryMs: number
  /** After an outage of Redis, look again soon. */
  queueRetryMs: number

  /** How soon a worker that found nothing for its hosts among those that wait looks again. */
  dispatchLookMs: number
  /** How long a host that was offered to all workers is taken to have nothing to do: it is offered again at each look. */
  offeredMs: number
  /** Between two such looks: a host may be idle for a moment again and again. */
  offerAtLeastMs: number
  /** How long a job has been staged behind another when a host with nothing to do asks for it, and how much longer it must be expected to be. */
  moveAfterMs: number
  /** The same for a host that would have to load its models. */
  moveToLoadAfterMs: number
  /** How long it is asked for: longer than the two. */
  wantedMs: number
  /** Until a host asks for another one: who has it staged sees that within a look, and then the prompt is withdrawn. */
  askEveryMs: number
  /** What other workers do is only seen by asking. */
  slotRefreshMs: number
  /** A look for jobs that has not come back by then never will: the process is to be started anew. */
  lookStuckMs: number
  /** How long Redis may take to show that it is there, when readiness is asked for. */
  readinessPingMs: number

  /** Between two probes of a host that answers. */
  probeEveryMs: number
  /** The classes a host knows change only with a restart, which is noticed; and newer hosts search their disks for the answer. */
  classesEveryMs: number
  /** Between two such questions to a host that loses one job after the other. */
  classesAtLeastMs: number
  /** Model files come and go without a restart: one class after the other is asked for again, which searches nothing. */
  filesEveryMs: number
  /** Between two such questions when jobs are submitted that name files which are not listed: below what a submission waits. */
  filesAtLeastMs: number
  /** The same for jobs that wait for a file: somebody may copy it to a host. */
  filesWaitedMs: number
  /** How long a host is left alone after its first failure, doubled with each further one, up to the second. */
  hostBackOffMs: number
  hostBackOffAtMostMs: number
  /** How long a job waits for a host that has not failed it, before it goes back to one that has; doubled with each failure there. */
  avoidForMs: number
  /** How long a deaf socket counts against its host. */
  deafForMs: number
  /** A host that is resumed gets jobs again within about this time; that it is drained, dispatch sees itself. */
  marksEveryMs: number
  /** Two looks that find the same: a change of the hosts file is obeyed within twice this. */
  hostsFileEveryMs: number
  reportEveryMs: number
  /** Between two reports of what changes: with many short jobs everything does, all the time. */
  reportAtLeastMs: number
  /** Nobody waits longer for the last report: the list notices silence as well. */
  lastReportMs: number
  /** For a host that others drive: whether it can be reached from here is the question. */
  unknownHostMs: number

  /** How long a prompt waits for those of jobs that were dispatched before its own. */
  submitOrderMs: number
  /** A cancel whose message was missed is found within this, and a lost claim. */
  cancelEveryMs: number
  /** An answer of the store that took longer may be older than our claim: the process may have been stopped in between. */
  claimFreshMs: number
  /** Redis answers, but not now. */
  storePauseMs: number
  /** How long a job that only a newer worker can read waits for one: longer than an upgrade takes. */
  newerWaitMs: number
  /** A job whose host cannot be reached from here: its ticket goes round the workers in between. */
  adoptLookMs: number
  /** How long a job that may have killed two workers waits for others like it, so that each is alone; doubled with each loss beside others. */
  suspectWaitMs: number
  deadlinesEveryMs: number
  /** Ten a second, on average, is what an eye can use and what Redis carries for thousands of jobs. What comes after a pause does not wait. */
  progressEveryMs: number
  previewEveryMs: number
  /** While nobody looks at a job's previews: pause between two looks whether somebody does. */
  previewAskMs: number
  /** Costs move slowly: a burst of jobs need not read them each, nor write what each has shown. */
  costsFreshMs: number
  costsWriteMs: number
  /** A host that has said nothing for so long: the bar goes on by what its nodes took before. */
  creepEveryMs: number
  /** A host is told together of the prompts of so long that it need not keep any longer. */
  forgetEveryMs: number
  /** Waits between tries to fetch an output; 404 may pass too, while the host's disk catches up with its history. */
  fetchRetryMs: readonly number[]
  /** A host that has said that it has a file is believed for so long: jobs that come together share the question. */
  stagedFreshMs: number
  /** Between two looks for inputs on idle hosts that nobody needs any more. */
  tidyInputsEveryMs: number
  /** How long an input stays on a host after the last job that needed it: whoever tries again soon need not wait for it. */
  stagedKeptMs: number
  /** The same when the assets over it are gone: somebody wanted it deleted, or its time was over. */
  stagedGoneMs: number
  /** An output is fetched when the graph has gone on for so long since: the last ones are collected anyhow. */
  earlyOutputMs: number
  /** How long the confirmation of a cancel, or the end of a job whose time is up, may wait for files that were made before. */
  lateOutputsMs: number
  /** Before the next attempt, by why the last one failed; doubled with each failure that counts with it, up to the second. */
  retryMs: Readonly<Record<FailureCause, number>>
  retryAtMostMs: number
  /** Between two looks for orphans. */
  orphansEveryMs: number
  /** The session that stops one. Short: a job may wait, and a host that does not answer cannot be helped by waiting. */
  orphan: Pick<SessionTimings, 'firstLookMs' | 'unreachableMs' | 'stopMs'>

  /** How long one thing may take to close: its Redis may be away. What works on a job has the drain time before. */
  closeMs: number

  /** Where a prompt's session differs from its own defaults and from the settings. */
  session: Partial<SessionTimings>
  /** The same of the store. */
  store: Partial<StoreTimings>
}

export const DEFAULT_WORKER_TIMINGS: WorkerTimings = {
  lockMs: 10_000,
  lostTicketsEveryMs: 2_000,
  takeEveryMs: 5_000,
  hostTakeEveryMs: 60_000,
  queueRetryMs: 1_000,

  dispatchLookMs: 1_000,
  offeredMs: 3_000,
  offerAtLeastMs: 100,
  moveAfterMs: 3_000,
  moveToLoadAfterMs: 15_000,
  wantedMs: 20_000,
  askEveryMs: 5_000,
  slotRefreshMs: 1_000,
  lookStuckMs: 60_000,
  readinessPingMs: 1_000,

  probeEveryMs: 5_000,
  classesEveryMs: 6 * 60 * 60_000,
  classesAtLeastMs: 60_000,
  filesEveryMs: 10_000,
  filesAtLeastMs: 500,
  filesWaitedMs: 5_000,
  hostBackOffMs: 500,
  hostBackOffAtMostMs: 30_000,
  avoidForMs: 20_000,
  deafForMs: 5 * 60_000,
  marksEveryMs: 1_000,
  hostsFileEveryMs: 1_000,
  reportEveryMs: 5_000,
  reportAtLeastMs: 200,
  lastReportMs: 1_000,
  unknownHostMs: 5_000,

  submitOrderMs: 2_000,
  cancelEveryMs: 3_000,
  claimFreshMs: 2_000,
  storePauseMs: 1_000,
  newerWaitMs: 60 * 60_000,
  adoptLookMs: 1_000,
  suspectWaitMs: 8_000,
  deadlinesEveryMs: 2_000,
  progressEveryMs: 100,
  previewEveryMs: 250,
  costsFreshMs: 10_000,
  costsWriteMs: 1_000,
  creepEveryMs: 1_000,
  previewAskMs: 500,
  forgetEveryMs: 2_000,
  fetchRetryMs: [200, 600, 1_500, 4_000],
  stagedFreshMs: 5_000,
  tidyInputsEveryMs: SWEEP_EVERY_MS.staged_inputs,
  stagedKeptMs: 24 * 60 * 60_000,
  stagedGoneMs: 10 * 60_000,
  earlyOutputMs: 250,
  lateOutputsMs: 3_000,
  retryMs: {
    node: 1_000,
    out_of_memory: 500,
    device_fault: 500,
    host_unavailable: 500,
    stalled: 500,
    interrupted: 500,
    internal: 2_000,
    output_gone: 200,
    picture_missed: 200,
  },
  retryAtMostMs: 30_000,
  orphansEveryMs: 1_000,
  orphan: { firstLookMs: 1_000, unreachableMs: 5_000, stopMs: 15_000 },
  closeMs: 5_000,

  session: {},
  store: {},
}
