/** How a session ends, given what history says and why the prompt was asked to stop, if it was. */
import type { HistoryEntry } from '../client/types.ts'
import { UNKNOWN_FAILURE } from '../history/failure.ts'
import { assertNever } from '@safelight/shared'
import { reachableFrom } from '../graph/links.ts'
import type { PromptEnd, PromptOptions } from './types.ts'

export type StopCause = 'cancel' | 'stall'

/** History is believed even after a cancel: a prompt that finished first has succeeded. */
export function toPromptEnd(entry: HistoryEntry, cause: StopCause | null): PromptEnd {
  const { promptId, outputs, texts } = entry
  const made = { outputs, ...(texts.length > 0 && { texts }) }
  switch (entry.outcome) {
    case 'succeeded':
      return {
        outcome: 'succeeded',
        promptId,
        ...made,
        ...(entry.partial && { partial: entry.partial }),
      }
    case 'failed':
      return { outcome: 'failed', promptId, ...made, failure: entry.failure ?? UNKNOWN_FAILURE }
    case 'canceled':
      return cause === 'stall'
        ? { outcome: 'stalled', promptId, interrupted: true }
        : { outcome: 'canceled', promptId, ...made }
    default:
      return assertNever(entry.outcome)
  }
}

/** What of it was asked for: a host that has results of other outputs in its cache lists them, too. */
export function keepAskedFor(
  end: PromptEnd,
  { workflow, targets }: Pick<PromptOptions, 'workflow' | 'targets'>,
): PromptEnd {
  if (!targets || !('outputs' in end)) return end
  const needed = reachableFrom(workflow, targets)
  const isNeeded = (made: { node_id: string }) => needed.has(made.node_id)
  const { texts } = end
  return {
    ...end,
    outputs: end.outputs.filter(isNeeded),
    ...(texts && { texts: texts.filter(isNeeded) }),
  }
}

/** In neither queue nor history: after a stop that is what was asked for, otherwise the host lost it. */
export function toAbsentEnd(options: {
  promptId: string
  cause: StopCause | null
  /** It was found running. */
  ran: boolean
  /** It was taken off the queue, and nothing shows that it had begun. */
  withdrawn: boolean
}): PromptEnd {
  const { promptId, cause, ran, withdrawn } = options
  switch (cause) {
    case 'cancel':
      return { outcome: 'canceled', promptId, outputs: [] }
    case 'stall':
      return ran ? { outcome: 'stalled', promptId, interrupted: true } : toOverdueEnd(promptId, ran)
    case null:
      return { outcome: withdrawn ? 'withdrawn' : 'lost', promptId }
    default:
      return assertNever(cause)
  }
}

/** The host did not stop it in time. That is also the end of a cancel: the truth is that it may still run there. */
export function toOverdueEnd(promptId: string, ran: boolean): PromptEnd {
  const end = { outcome: 'stalled', promptId, interrupted: false } as const
  return ran ? end : { ...end, neverRan: true }
}
