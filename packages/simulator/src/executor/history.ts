/** What finished prompts left behind, oldest first, at most 10 000 of them. */
import type { QueuedPrompt } from './prompt-queue.ts'
import type { Json } from '../record.ts'

const MAX_ENTRIES = 10_000

export type StatusMessage = readonly [event: string, data: Json]

export interface HistoryRecord {
  readonly item: QueuedPrompt
  readonly outputs: Json
  readonly meta: Json
  readonly status: {
    readonly status_str: 'success' | 'error'
    readonly completed: boolean
    readonly messages: readonly StatusMessage[]
  }
}

export interface History {
  add(entry: HistoryRecord): void
  get(promptId: string): HistoryRecord | undefined
  list(): HistoryRecord[]
  remove(promptId: string): void
  clear(): void
}

export function createHistory(): History {
  const entries = new Map<string, HistoryRecord>()

  return {
    add(entry) {
      if (entries.size >= MAX_ENTRIES) {
        const [oldest] = entries.keys()
        if (oldest !== undefined) entries.delete(oldest)
      }
      entries.set(entry.item.promptId, entry)
    },
    get: (promptId) => entries.get(promptId),
    list: () => [...entries.values()],
    remove: (promptId) => void entries.delete(promptId),
    clear: () => entries.clear(),
  }
}
