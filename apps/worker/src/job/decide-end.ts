/** What follows when an execution ends: one table, from the end (or the error) to a decision. Acted on in process-job only. */
import {
  type FileItem,
  HostError,
  type PromptEnd,
  PromptRejected,
  stripPaths,
  toJobError,
} from '@safelight/comfyui'
import type { JobError } from '@safelight/shared'
import { OutputMissing } from '../outputs/errors.ts'
import type { StopReason } from './stop.ts'

/** The execution went well; the job is over when its outputs are stored. */
export interface CollectDecision {
  action: 'collect'
  promptId: string
  files: FileItem[]
}

export type Conclusion =
  | { action: 'succeed' }
  /** `confirmed` is false when the host did not obey in time: it may still be busy with the prompt. */
  | { action: 'cancel'; confirmed: boolean }
  | { action: 'fail'; error: JobError }
  /** Back to the line for a new attempt; the host that failed rests. */
  | { action: 'retry'; cause: 'host_unavailable' | 'stalled' }
  /** Leave the prompt running and hand the ticket back: a successor adopts it. */
  | { action: 'hand_back' }
  /** Another worker holds the job: touch nothing. */
  | { action: 'drop' }

export interface EndFacts {
  /** The attempt that ended, from 1. */
  attempt: number
  maxAttempts: number
  /** Why we were told to stop, if we were. */
  stop: StopReason | null
}

const MAX_MESSAGE = 1_000

/** The host's history has spoken, or the session gave up on it. */
export function decideEnd(end: PromptEnd, facts: EndFacts): CollectDecision | Conclusion {
  switch (end.outcome) {
    case 'succeeded':
      return { action: 'collect', promptId: end.promptId, files: end.outputs }
    case 'failed':
      return { action: 'fail', error: toJobError(end.failure) }
    case 'canceled':
      // somebody else's interrupt ends in the same way as ours, and the picture is just as gone
      return { action: 'cancel', confirmed: true }
    case 'lost':
      if (facts.stop === 'cancel') return { action: 'cancel', confirmed: true }
      return retry('host_unavailable', facts)
    case 'stalled':
      if (facts.stop === 'cancel') return { action: 'cancel', confirmed: end.interrupted }
      // a host that obeys is alive and the workflow is what stands still: elsewhere it would again
      return end.interrupted ? { action: 'fail', error: STALLED } : retry('stalled', facts)
    case 'detached':
      return decideStop(facts.stop ?? 'shutdown')
    default:
      return assertNever(end)
  }
}

/** @param error whatever was thrown; an abort throws its own reason */
export function decideThrown(error: unknown, facts: EndFacts): Conclusion {
  // an aborted call throws whatever the abort made of it: the reason to stop says more
  if (facts.stop) return decideStop(facts.stop)
  if (error instanceof PromptRejected) return { action: 'fail', error: toRejection(error) }
  if (error instanceof HostError) return retry('host_unavailable', facts)
  if (error instanceof OutputMissing) {
    return { action: 'fail', error: { code: 'output_missing', message: error.message } }
  }
  return { action: 'fail', error: INTERNAL }
}

function decideStop(reason: StopReason): Conclusion {
  switch (reason) {
    case 'cancel':
      return { action: 'cancel', confirmed: true }
    case 'shutdown':
      return { action: 'hand_back' }
    case 'lock-lost':
      return { action: 'drop' }
    default:
      return assertNever(reason)
  }
}

function retry(cause: 'host_unavailable' | 'stalled', facts: EndFacts): Conclusion {
  if (facts.attempt < facts.maxAttempts) return { action: 'retry', cause }
  return { action: 'fail', error: cause === 'stalled' ? STALLED : HOST_UNAVAILABLE }
}

const STALLED: JobError = {
  code: 'stalled',
  message: 'The workflow stopped making progress and was interrupted.',
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

function toRejection(error: PromptRejected): JobError {
  return {
    code: 'invalid_workflow',
    message: stripPaths(error.message).slice(0, MAX_MESSAGE),
    details: { reason: error.reason, node_errors: error.nodeErrors },
  }
}

function assertNever(value: never): never {
  throw new Error(`unknown end: ${JSON.stringify(value)}`)
}
