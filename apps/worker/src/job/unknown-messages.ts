/** Host messages nobody understands: counted, and told with whether it is the first of its type. Custom nodes send whatever they like. */
import type { Emit, WorkerEvents } from '@safelight/runtime'

export interface UnknownMessages {
  /** @param type as it was on the wire */
  note(type: string): void
  /** Type → how often. */
  readonly counts: ReadonlyMap<string, number>
}

/** Types that are told apart; a node that makes up names must not fill the memory or the log. */
const MAX_TYPES = 200
const OTHERS = '(others)'
const MAX_TYPE_LENGTH = 80

export function createUnknownMessages(emit: Emit<WorkerEvents>): UnknownMessages {
  const counts = new Map<string, number>()
  return {
    counts,
    note(type) {
      const name = type.slice(0, MAX_TYPE_LENGTH)
      const key = counts.has(name) || counts.size < MAX_TYPES ? name : OTHERS
      const before = counts.get(key) ?? 0
      counts.set(key, before + 1)
      emit('message:unknown', { type: key, isFirst: before === 0 })
    },
  }
}
