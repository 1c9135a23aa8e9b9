/** What messages said of a prompt's end, held against what history shows: history may be behind, have lost it, or be unreadable. Pure. */
import { OUTPUTS_MAX } from '@safelight/shared'
import type { FileItem } from '../client/types.ts'
import { collectMade } from '../history/outputs.ts'
import type { HostMessage, NodeFailure } from '../protocol/host-message.ts'
import type { Sighting } from './look.ts'
import type { PromptEnd } from './types.ts'

/** What the host's messages said of the prompt. */
export interface Heard {
  /** It succeeded. Forgotten when the connection breaks: the host may come back as another process, with an empty history. */
  readonly success: boolean
  /** Every message since it began: nothing that it made was missed. */
  readonly whole: boolean
  /** It made these files. */
  readonly files: readonly FileItem[]
  /** It made something, if only a text. */
  readonly made: boolean
  /** Why it failed. */
  readonly failure: NodeFailure | null
}

export const NOTHING_HEARD: Heard = {
  success: false,
  whole: false,
  files: [],
  made: false,
  failure: null,
}

/** Some more than a job keeps: the rest is only counted. */
const FILES_MAX = 10 * OUTPUTS_MAX

export function hear(heard: Heard, message: HostMessage): Heard {
  switch (message.type) {
    case 'execution_start':
      return { ...heard, whole: true }
    case 'execution_success':
      return { ...heard, success: true }
    case 'execution_error':
      return message.blocked ? heard : { ...heard, failure: message.failure }
    case 'executed': {
      // a node of another graph, or of none: history will not list it either
      if (message.displayNode === null || heard.files.length >= FILES_MAX) return heard
      const { node, displayNode, output } = message
      const of = { nodeId: displayNode, runtimeId: node, output, reused: false }
      const { files, texts } = collectMade(of)
      const own = files.filter(({ type }) => type !== 'input')
      if (own.length === 0 && texts.length === 0) return heard
      return { ...heard, made: true, files: [...heard.files, ...own] }
    }
    default:
      return heard
  }
}

/** The connection broke. */
export function miss(heard: Heard): Heard {
  return { ...heard, success: false, whole: false }
}

/** History says less than the messages did, or what nobody can read. */
export function isUnsettled(heard: Heard, sighting: Sighting): boolean {
  if (sighting.at === 'unreadable') return true
  if (sighting.at === 'absent') return heard.success
  if (sighting.at !== 'ended') return false
  const { outcome, outputs, texts } = sighting.entry
  return outcome === 'succeeded' && outputs.length === 0 && texts.length === 0 && heard.made
}

/** History did not come round. What cannot be read is there, so the end is what was heard, where that is enough. */
export function toUnsettledEnd(promptId: string, heard: Heard, sighting: Sighting): PromptEnd {
  if (sighting.at !== 'unreadable') return { outcome: 'vanished', promptId }
  const { success, whole, files, made, failure } = heard
  // who heard them has the texts
  if (success && whole && made) {
    return { outcome: 'succeeded', promptId, outputs: [...files] }
  }
  return failure
    ? { outcome: 'failed', promptId, outputs: [], failure }
    : { outcome: 'unreadable', promptId }
}
