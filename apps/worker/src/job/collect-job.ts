/** The last stage of a job: its outputs come home, each announced as it lands, and then the bar is full. */
import type { HostClient } from '@safelight/comfyui'
import { TIMED_OUT, type Warning } from '@safelight/shared'
import type { AttemptRecord, Decide, Harvest } from '@safelight/store'
import { blameDevice } from './blame-device.ts'
import { conclude, handBack, SPENT, type TicketReturn } from './conclude.ts'
import { decideAfterError, HOST_UNAVAILABLE, type JobDecision } from './decide-job.ts'
import type { Handling } from './handling.ts'
import { toComplete } from './job-events.ts'
import { bringOutputs, openKeeping } from './output-keeping.ts'
import { addWarnings, toNoneWarning } from './warnings.ts'

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
    const lost = { cause: 'host_unavailable', error: HOST_UNAVAILABLE } as const
    const why = harvest.failure ?? lost
    return conclude(handling, { action: 'give_up', orphaned: false, ...why }, { record })
  }
  const { hostId } = record
  const more: Warning[] = []
  const untold: Decide[] = []
  const collected = await collect(handling, { client, hostId, harvest, warnings: more, untold })
  const decision = host
    ? blameDevice(collected, { host, jobId: handling.jobId, failures: record.failures })
    : collected
  if (decision.action === 'hand_back') return handBack(handling, decision.delayMs)
  const returned = await conclude(handling, decision, {
    record: { ...record, harvest: undefined },
    warnings: addWarnings(handling.writer.snapshot.warnings, more),
    untold,
  })
  // the end is on record, by a claim that was ours: nobody needs the prompt any more
  if (decision.action === 'succeed' && returned === SPENT) {
    deps.endedPrompts.add({ hostId, client }, harvest.promptId)
  }
  return returned
}

interface Collecting {
  client: HostClient
  hostId: string
  harvest: Harvest
  /** What there is to warn of is added. */
  warnings: Warning[]
  /** Of a success: what is to be told with its end is added. */
  untold: Decide[]
}

/** Never throws: what went wrong is a decision, too. */
async function collect(handling: Handling, collecting: Collecting): Promise<JobDecision> {
  const { deps, stop, log } = handling
  const { failure } = collecting.harvest
  try {
    await handling.checkClaim.recent()
    const untold = await fetchAll(handling, collecting)
    if (!failure) {
      collecting.untold.push(...untold, toComplete)
      return { action: 'succeed' }
    }
    for (const decide of untold) await handling.writer.append(decide)
    if (stop.reason === 'timeout') return { action: 'fail', error: TIMED_OUT }
    return { action: 'give_up', orphaned: false, ...failure }
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'outputs not collected')
    const decision = decideAfterError(error, {
      stop: stop.reason,
      storePauseMs: deps.timings.storePauseMs,
    })
    // it has failed for a reason of its own: what cannot be had of the rest says less
    const isOver = decision.action === 'give_up' || decision.action === 'fail'
    return failure && isOver && stop.reason === null
      ? { action: 'give_up', orphaned: false, ...failure }
      : decision
  }
}

async function fetchAll(
  handling: Handling,
  { client, hostId, harvest, warnings }: Collecting,
): Promise<Decide[]> {
  const { deps, asked, stop } = handling
  stop.signal.throwIfAborted()
  const workflow = asked?.workflow ?? null
  const { signal } = stop
  return await deps.carrying.run(hostId, signal, () =>
    bringOutputs(handling, openKeeping(handling, { hostId, workflow }), {
      client,
      files: harvest.files,
      onNone: (file) => warnings.push(toNoneWarning(file)),
      signal,
    }),
  )
}
