/** Where a prompt is on its host, by HTTP alone: the only thing an end is ever decided by. */
import type { HistoryEntry, HostClient } from '../client/types.ts'
import { readHistory } from '../history/read-history.ts'

export type Sighting =
  | { at: 'ended'; entry: HistoryEntry }
  | { at: 'running' }
  /** `ahead`: prompts that run before it. */
  | { at: 'pending'; ahead: number }
  /** In neither queue nor history. Once may be an accident; see `confirmMs`. */
  | { at: 'absent' }
  /** Not in the queue, and history says of it what nobody can read. */
  | { at: 'unreadable' }

export interface LookOptions {
  client: HostClient
  promptId: string
  signal: AbortSignal
}

/**
 * History is asked again after the queue: a prompt moves from the queue to history, so one that ended
 * between the two calls would otherwise be seen in neither.
 */
export async function look({ client, promptId, signal }: LookOptions): Promise<Sighting> {
  const entry = await readHistory(client, promptId, signal)
  if (entry && entry !== 'unreadable') return { at: 'ended', entry }
  const { running, pending } = await client.queue(signal)
  if (running.some((item) => item.promptId === promptId)) return { at: 'running' }
  const ours = pending.find((item) => item.promptId === promptId)
  if (ours) {
    const before = pending.filter((item) => item.number < ours.number)
    return { at: 'pending', ahead: running.length + before.length }
  }
  const late = await readHistory(client, promptId, signal)
  if (late === 'unreadable') return { at: late }
  return late ? { at: 'ended', entry: late } : { at: 'absent' }
}
