/** What becomes of a job when its prompt has ended on the host: one table, from the end (or an error) to a decision. Acted on in conclude.ts. */
import { BlobStoreFailed } from '@safelight/assets'
import {
  boundJobError,
  type FileItem,
  HostError,
  isUnexplained,
  type NodeFailure,
  NotSubmitted,
  type PartialFailure,
  type PromptEnd,
  PromptRejected,
  toDeviceFailure,
  toJobError,
  toRejectionError,
} from '@safelight/comfyui'
import { assertNever, type JobError, TIMED_OUT } from '@safelight/shared'
import { AppendContention, type FailureCause, RedisUnavailable } from '@safelight/store'
import { InputMissing, InputTooLarge } from '../inputs/errors.ts'
import { OutputMissing } from '../outputs/errors.ts'
import { ClaimLost } from './claim-check.ts'
import type { StopReason } from './stop.ts'

/** The execution is over; the job is when its outputs are stored. */
export interface CollectDecision {
  action: 'collect'
  promptId: string
  files: FileItem[]
  /** Nodes failed while the rest went on. What was made is kept; whether that is enough is up to the submitter. */
  partial: PartialFailure | null
  /** It ended the job: what was made before is kept, too. */
  failed?: GiveUp
}

/** This attempt is over; whether there is another one is up to the retry policy. */
export interface GiveUp {
  action: 'give_up'
  cause: FailureCause
  /** The prompt may still be on the host: it is looked for before another attempt begins. */
  orphaned: boolean
  /** What the job fails with if this was its last attempt. */
  error: JobError
}

export type JobDecision =
  | { action: 'succeed' }
  /** `confirmed` is false when the host did not obey in time: it may still be busy with the prompt. */
  | { action: 'cancel'; confirmed: boolean }
  /** No other attempt could help. */
  | { action: 'fail'; error: JobError; confirmed?: boolean }
  | GiveUp
  /** Leave the prompt where it is and hand the ticket back: whoever takes it adopts the prompt. */
  | { action: 'hand_back'; delayMs: number }
  /** Its prompt had not begun, and is on no host: the job goes back to its old place. */
  | { action: 'take_back' }
  /** Another worker has claimed the job: touch nothing. */
  | { action: 'claim_lost' }

/** Why the job must stop here, if it must. */
export interface StopFacts {
  stop: StopReason | null
}

export interface ErrorFacts extends StopFacts {
  /** How long to leave a store in trouble alone. */
  storePauseMs: number
}

/** The host's history has spoken, or the session gave up on it. */
export function decideAfterEnd(end: PromptEnd, { stop }: StopFacts): CollectDecision | JobDecision {
  if (stop === 'claim-lost') return { action: 'claim_lost' }
  switch (end.outcome) {
    case 'succeeded':
      return {
        action: 'collect',
        promptId: end.promptId,
        files: end.outputs,
        partial: end.partial ?? null,
      }
    case 'failed':
      return decideFailed(end.failure, stop)
    case 'canceled':
      // only a cancel of ours is one: on the host's own page, and in any node, anybody can interrupt
      return stop
        ? decideStop(stop, true)
        : { action: 'give_up', cause: 'interrupted', orphaned: false, error: INTERRUPTED }
    case 'lost':
      return stop
        ? decideStop(stop, true)
        : { action: 'give_up', cause: 'host_unavailable', orphaned: false, error: HOST_UNAVAILABLE }
    case 'withdrawn':
      return stop === 'cancel' || stop === 'timeout'
        ? decideStop(stop, true)
        : { action: 'take_back' }
    case 'vanished':
      // never a second time: it has run, and the host said so
      return stop === 'timeout'
        ? { action: 'fail', error: TIMED_OUT }
        : { action: 'fail', error: VANISHED }
    case 'unreadable':
      // one prompt's answer is not a host: neither is to blame, and it has run
      return { action: 'fail', error: stop === 'timeout' ? TIMED_OUT : UNREADABLE }
    case 'stalled':
      // the host was asked to stop it for as long as is worth it: asking again would not help
      return stop
        ? decideStop(stop, end.interrupted)
        : { action: 'give_up', cause: 'stalled', orphaned: false, error: STALLED }
    case 'detached':
      return decideStop(stop ?? 'shutdown', true)
    default:
      return assertNever(end)
  }
}

/** @param error whatever was thrown; an abort throws its own reason */
export function decideAfterError(error: unknown, facts: ErrorFacts): JobDecision {
  const { stop, storePauseMs } = facts
  if (error instanceof ClaimLost) return { action: 'claim_lost' }
  // the store's trouble is never the job's: it is as it was, and somebody takes it up again
  if (error instanceof RedisUnavailable || error instanceof AppendContention) {
    return { action: 'hand_back', delayMs: storePauseMs }
  }
  if (error instanceof NotSubmitted) return decideUnsubmitted(error, facts)
  // an aborted call throws whatever the abort made of it: the reason to stop says more
  if (stop) return decideStop(stop, !(error instanceof HostError))
  // what was made waits on its host: to run it again would only make more that cannot be stored
  if (error instanceof BlobStoreFailed) return { action: 'hand_back', delayMs: storePauseMs }
  if (error instanceof PromptRejected) return { action: 'fail', error: toRejectionError(error) }
  if (error instanceof HostError) {
    return { action: 'give_up', cause: 'host_unavailable', orphaned: true, error: HOST_UNAVAILABLE }
  }
  if (error instanceof OutputMissing) return decideMissing(error)
  return { action: 'give_up', cause: 'internal', orphaned: true, error: INTERNAL }
}

/** The host has nothing of it: no prompt was posted. */
function decideUnsubmitted({ cause }: NotSubmitted, facts: ErrorFacts): JobDecision {
  if (facts.stop) return decideStop(facts.stop, true)
  if (cause instanceof InputMissing) {
    return { action: 'fail', error: { code: 'missing_asset', message: cause.message } }
  }
  if (cause instanceof InputTooLarge) {
    return { action: 'fail', error: { code: 'input_too_large', message: cause.message } }
  }
  const decision = decideAfterError(cause, facts)
  return decision.action === 'give_up' ? { ...decision, orphaned: false } : decision
}

/** What was made is stored. Without the submitter's word, a part of it is not what was asked for. */
export function decideCollected(
  partial: PartialFailure | null,
  { allowPartial, stop }: StopFacts & { allowPartial: boolean },
): JobDecision {
  const [failure] = partial?.failures ?? []
  return failure && !allowPartial ? decideFailed(failure, stop) : { action: 'succeed' }
}

/** A node raised. History is believed even after a cancel, but nothing is tried again then. */
function decideFailed(failure: NodeFailure, stop: StopReason | null): JobDecision {
  const error = toJobError(failure)
  if (stop === 'timeout') return { action: 'fail', error: TIMED_OUT }
  if (stop === 'cancel') return { action: 'fail', error }
  // the host's worker broke off and was restarted: nothing says that the workflow is to blame
  if (isUnexplained(failure)) {
    return { action: 'give_up', cause: 'interrupted', orphaned: false, error: BROKE_OFF }
  }
  const cause = toDeviceFailure(failure) ?? 'node'
  return { action: 'give_up', cause, orphaned: false, error }
}

/** What the host listed cannot be had. While it is only out of reach, it may be had when the host is back. */
function decideMissing(missing: OutputMissing): JobDecision {
  const { message, files } = missing
  const [first] = files
  const error = boundJobError({
    code: 'output_missing',
    message,
    ...(first ? { node_id: first.node_id, details: { missing: files } } : {}),
  })
  if (missing.reused) return { action: 'give_up', cause: 'output_gone', orphaned: false, error }
  return missing.reason === 'unreachable'
    ? { action: 'give_up', cause: 'host_unavailable', orphaned: true, error }
    : { action: 'fail', error }
}

function decideStopped(stop: StopReason, confirmed: boolean): JobDecision {
  return stop === 'timeout'
    ? { action: 'fail', error: TIMED_OUT, confirmed }
    : { action: 'cancel', confirmed }
}

/** @param confirmed that nothing of the job runs on any more; a host that is away cannot say */
function decideStop(reason: StopReason, confirmed: boolean): JobDecision {
  switch (reason) {
    case 'cancel':
    case 'timeout':
      return decideStopped(reason, confirmed)
    case 'shutdown':
      return { action: 'hand_back', delayMs: 0 }
    case 'claim-lost':
      return { action: 'claim_lost' }
    default:
      return assertNever(reason)
  }
}

const VANISHED: JobError = {
  code: 'output_missing',
  message: 'The host reported success, and then knew nothing of its outputs.',
}
const UNREADABLE: JobError = {
  code: 'output_missing',
  message: 'The host has run it, and what it says of the outputs cannot be read.',
}
const STALLED: JobError = {
  code: 'stalled',
  message: 'The workflow stopped making progress and was interrupted.',
}
const BROKE_OFF: JobError = {
  code: 'interrupted',
  message: 'The host broke off the workflow, and did not say why.',
}
const INTERRUPTED: JobError = {
  code: 'interrupted',
  message: 'The workflow was interrupted on its host, by somebody or something else.',
}
/** What broke is in the log: foreign error texts may hold paths and secrets. */
export const INTERNAL: JobError = {
  code: 'internal',
  message: 'Something went wrong on our side.',
}
export const HOST_UNAVAILABLE: JobError = {
  code: 'host_unavailable',
  message: 'Every attempt lost its host.',
}
