/** What messages said of a prompt's end, held against what history shows: history may be behind, or have lost it. Pure. */
import { collectFiles } from '../history/outputs.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import type { Sighting } from './look.ts'

/** What the host's messages said of the prompt. */
export interface Heard {
  /** It succeeded. Forgotten when the connection breaks: the host may come back as another process, with an empty history. */
  readonly success: boolean
  /** It made files. */
  readonly files: boolean
}

export const NOTHING_HEARD: Heard = { success: false, files: false }

export function hear(heard: Heard, message: HostMessage): Heard {
  if (message.type === 'execution_success') return { ...heard, success: true }
  if (message.type !== 'executed' || heard.files) return heard
  const made = collectFiles(message.node, message.output).some(({ type }) => type !== 'input')
  return made ? { ...heard, files: true } : heard
}

/** History says less than the messages did. */
export function isUnsettled(heard: Heard, sighting: Sighting): boolean {
  if (sighting.at === 'absent') return heard.success
  if (sighting.at !== 'ended') return false
  const { outcome, outputs } = sighting.entry
  return outcome === 'succeeded' && outputs.length === 0 && heard.files
}
