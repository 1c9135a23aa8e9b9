/** The last stage of a job: its outputs come home, each announced as it lands, and then the bar is full. */
import type { HostClient } from '@safelight/comfyui'
import { TIMED_OUT } from '@safelight/shared'
import type { AttemptRecord, Harvest } from '@safelight/store'
import { chooseOutputs } from '../outputs/choose-outputs.ts'
import { collectOutputs } from '../outputs/collect.ts'
import { blameDevice } from './blame-device.ts'
import { checkedHost } from './claim-check.ts'
import { againAfter, conclude, SPENT, type TicketReturn } from './conclude.ts'
import { decideAfterError, HOST_UNAVAILABLE, type JobDecision } from './decide-job.ts'
import type { Handling } from './handling.ts'
import { toComplete, toOutputEvent } from './job-events.ts'

/** @param record where it ran, with what is to be carried away */
export async function collectJob(
  handling: Handling,
  record: AttemptRecord,
  harvest: Harvest,
): Promise<TicketReturn> {
  const { deps } = handling
  const host = deps.fleet.find(record.hostId)
  const client = host?.client ?? deps.connect(record.hostId, record.hostUrl)
  if (!client) {
    const lost = { cause: 'host_unavailable', orphaned: false, error: HOST_UNAVAILABLE } as const
    return conclude(handling, { action: 'give_up', ...lost }, { record })
  }
  const collected = await collect(handling, client, harvest)
  const decision = host
    ? blameDevice(collected, { host, jobId: handling.jobId, failures: record.failures })
    : collected
  if (decision.action === 'hand_back') return againAfter(decision.delayMs)
  const returned = await conclude(handling, decision, { record: { ...record, harvest: undefined } })
  if (decision.action === 'succeed' && returned === SPENT) {
    await forget(handling, client, harvest.promptId)
  }
  return returned
}

/** Never throws: what went wrong is a decision, too. */
async function collect(
  handling: Handling,
  client: HostClient,
  { files, failure }: Harvest,
): Promise<JobDecision> {
  const { deps, stop, log } = handling
  try {
    await handling.checkClaim()
    await fetchAll(handling, client, files)
    if (!failure) {
      await handling.writer.append(toComplete)
      return { action: 'succeed' }
    }
    if (stop.reason === 'timeout') return { action: 'fail', error: TIMED_OUT }
    return { action: 'give_up', orphaned: false, ...failure }
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'outputs not collected')
    return decideAfterError(error, { stop: stop.reason, storePauseMs: deps.timings.storePauseMs })
  }
}

async function fetchAll(
  handling: Handling,
  client: HostClient,
  files: Harvest['files'],
): Promise<void> {
  const { deps, jobId, writer, stop } = handling
  stop.signal.throwIfAborted()
  await collectOutputs({
    jobId,
    files: chooseOutputs(jobId, files).files,
    client,
    store: { blobs: deps.blobs, assets: deps.assets },
    owner: writer.snapshot.owner,
    maxBytes: deps.maxOutputBytes,
    retentionMs: deps.retentionMs,
    retryMs: deps.timings.fetchRetryMs,
    clock: deps.clock,
    now: () => deps.store.now(),
    checkClaim: () => handling.checkClaim(stop.signal),
    onOutput: async (output) => {
      await writer.append((snapshot) => toOutputEvent(snapshot, output))
    },
    signal: stop.signal,
  })
}

/** The host need not keep the graph and its prompts any longer. Only once the end is on record: until then it is our proof. */
async function forget(handling: Handling, client: HostClient, promptId: string): Promise<void> {
  await checkedHost(client, handling.checkClaim)
    .forget(promptId)
    .catch((error: unknown) => handling.log.debug({ err: error }, 'prompt not forgotten'))
}
