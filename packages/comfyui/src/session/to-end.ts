/** How a session ends, given what history says and why the prompt was asked to stop, if it was. */
import type { HistoryEntry } from '../client/types.ts'
import type { NodeFailure } from '../protocol/host-message.ts'
import { assertNever } from '@safelight/shared'
import type { PromptEnd } from './types.ts'

export type StopCause = 'cancel' | 'stall'

/** History is believed even after a cancel: a prompt that finished first has succeeded. */
export function toEnd(entry: HistoryEntry, cause: StopCause | null): PromptEnd {
  const { promptId, outputs } = entry
  switch (entry.outcome) {
    case 'succeeded':
      return { outcome: 'succeeded', promptId, outputs }
    case 'failed':
      return { outcome: 'failed', promptId, outputs, failure: entry.failure ?? SILENT_FAILURE }
    case 'canceled':
      return cause === 'stall'
        ? { outcome: 'stalled', promptId, interrupted: true }
        : { outcome: 'canceled', promptId, outputs }
    default:
      return assertNever(entry.outcome)
  }
}

/** In neither queue nor history: after a stop that is what was asked for, otherwise the host lost it. */
export function toAbsentEnd(promptId: string, cause: StopCause | null): PromptEnd {
  switch (cause) {
    case 'cancel':
      return { outcome: 'canceled', promptId, outputs: [] }
    case 'stall':
      return { outcome: 'stalled', promptId, interrupted: true }
    case null:
      return { outcome: 'lost', promptId }
    default:
      return assertNever(cause)
  }
}

const SILENT_FAILURE: NodeFailure = {
  nodeId: null,
  nodeType: null,
  exceptionType: '',
  message: 'The host reported an error without saying which.',
  traceback: [],
}
