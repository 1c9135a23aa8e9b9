/** An attempt on the host where the job has its slot: run, collect, and what its end means for the host. */
import { assertNever, timeoutAt } from '@safelight/shared'
import { type AttemptRecord, type FailedAttempt, parseWorkflow } from '@safelight/store'
import type { Slot } from '../hosts/fleet.ts'
import { runAttempt } from './attempt.ts'
import { blameDevice, isOfDevice } from './blame-device.ts'
import { checkedHost } from './claim-check.ts'
import { forget, runCollectPhase } from './collect-job.ts'
import { conclude, finish, SPENT, type TicketReturn } from './conclude.ts'
import { INTERNAL, type JobDecision } from './decide-job.ts'
import type { Handling } from './handling.ts'
import { toRunning } from './job-events.ts'

export interface AttemptStart {
  attempt: number
  failures: FailedAttempt[]
  /** What another worker noted of this very attempt when it began it. */
  adopt: AttemptRecord | null
  /** The host had its prompt. */
  wasSubmitted: boolean
}

/** @returns null when the job may not begin: its cancel came first, or it is another worker's */
export async function runOnHost(
  handling: Handling,
  slot: Slot,
  start: AttemptStart,
): Promise<TicketReturn | null> {
  const { host } = slot
  const { hostId } = host
  handling.log.info({ hostId }, 'host chosen')
  const workflowText = await handling.deps.store.loadWorkflowText(handling.jobId)
  if (workflowText === null) return finish(handling, { status: 'failed', error: INTERNAL })
  const workflow = parseWorkflow(workflowText)
  const first = { attempt: start.attempt, hostId, times: handling.stopwatch.enter('prepare') }
  if (!(await handling.writer.append((snapshot) => toRunning(snapshot, first)))) return null

  const callOff = await watchForTimeout(handling)
  try {
    const result = await runAttempt(handling, { host, workflow, workflowText, ...start })
    const { decision: afterPrompt, record, warnings } = result
    const attempted =
      afterPrompt.action === 'collect'
        ? await runCollectPhase(handling, {
            client: host.client,
            files: afterPrompt.files,
            result,
            async onExecuted() {
              // the host may go on with its next prompt: its part is over
              await slot.release()
              // of an adopted prompt we have only seen the rest
              host.recordSuccess(start.adopt ? null : handling.stopwatch.times.execute)
            },
          })
        : afterPrompt
    const decision = blameDevice(attempted, {
      host,
      jobId: handling.jobId,
      failures: start.failures,
    })
    await applyToHost(handling, slot, decision)
    const returned = await conclude(handling, decision, { record, warnings })
    if (afterPrompt.action === 'collect' && decision.action === 'succeed' && returned === SPENT) {
      await forget(handling, host.client, afterPrompt.promptId)
    }
    return returned
  } finally {
    callOff()
  }
}

/** What the end of the attempt means for the host, before the job goes its way. */
async function applyToHost(handling: Handling, slot: Slot, decision: JobDecision): Promise<void> {
  const { host } = slot
  switch (decision.action) {
    case 'hand_back':
    case 'claim_lost':
      // the prompt is still there, or the slot is another worker's by now
      return slot.handOver()
    case 'cancel':
    case 'fail':
      if (decision.confirmed === false) host.backOff('cancel_ignored')
      return
    case 'give_up':
      if (isOfDevice(decision.cause)) return freeMemory(handling, slot)
      if (decision.cause === 'host_unavailable' || decision.cause === 'stalled') {
        host.backOff(decision.cause)
      }
      return
    case 'succeed':
      return
    default:
      return assertNever(decision)
  }
}

async function freeMemory({ checkClaim, log }: Handling, { host }: Slot): Promise<void> {
  await checkedHost(host.client, checkClaim)
    .free()
    .catch((error: unknown) => log.warn({ err: error }, 'memory not freed'))
}

/** Timers count in 32 bits: a limit beyond 24 days ends with the next attempt, or never. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Stops a job whose time is up, over all its attempts. @returns stops watching */
async function watchForTimeout({ writer, deps, stop }: Handling): Promise<() => void> {
  const at = timeoutAt(writer.snapshot)
  if (at === null) return () => undefined
  const leftMs = Math.max(0, at - (await deps.store.now()))
  if (leftMs > LONGEST_TIMER_MS) return () => undefined
  return deps.clock.after(leftMs, () => stop.stop('timeout'))
}
