/** Prompts waiting and running: lowest number first, one at a time. */
import type { PromptGraph } from '../graph/prompt-graph.ts'
import type { Json } from '../record.ts'

export interface QueuedPrompt {
  readonly number: number
  readonly promptId: string
  readonly prompt: PromptGraph
  readonly extraData: Json
  readonly outputs: readonly string[]
}

export interface PromptQueue {
  put(item: QueuedPrompt): void
  /** Waits for an item; it counts as running until `done`. */
  take(): Promise<QueuedPrompt>
  done(): void
  remove(promptId: string): boolean
  clear(): void
  running(): QueuedPrompt | null
  pending(): QueuedPrompt[]
  /** Whether this id waits or runs. */
  has(promptId: string): boolean
  /** Waiting and running together. */
  remaining(): number
}

export interface PromptQueueOptions {
  /** The heap compares whole prompts once number and id are equal, and prompts cannot be compared. */
  readonly diesOfDuplicates: boolean
  /** Called as often as ComfyUI would broadcast a status. */
  readonly changed: () => void
  /** Waits until who submitted a prompt has its answer: ComfyUI's worker is another thread, and slower than that. */
  readonly untilAnswered: (putAtMs: number) => Promise<void>
}

export function createPromptQueue(options: PromptQueueOptions): PromptQueue {
  const { diesOfDuplicates, changed, untilAnswered } = options
  const putAt = new WeakMap<QueuedPrompt, number>()
  let pending: QueuedPrompt[] = []
  let running: QueuedPrompt | null = null
  let wake: (() => void) | null = null
  let isBroken = false

  const throwIfEqual = (item: QueuedPrompt): void => {
    const isSame = (other: QueuedPrompt): boolean =>
      other.number === item.number && other.promptId === item.promptId
    if (!diesOfDuplicates || !pending.some(isSame)) return
    // The item is in the heap by then, and the next one who touches the heap meets the same error.
    pending.push(item)
    isBroken = true
    throw new TypeError("'<' not supported between instances of 'dict' and 'dict'")
  }

  const clear = (): void => {
    pending = []
    changed()
  }

  return {
    put(item) {
      putAt.set(item, performance.now())
      throwIfEqual(item)
      pending.push(item)
      pending.sort((a, b) => a.number - b.number)
      changed()
      wake?.()
    },
    async take() {
      for (;;) {
        const [next] = pending
        if (!next) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        await untilAnswered(putAt.get(next) ?? 0)
        if (isBroken) throw new TypeError('the heap cannot be ordered')
        // meanwhile it may have been removed, or another put before it
        if (pending[0] !== next) continue
        pending.shift()
        running = next
        changed()
        return next
      }
    },
    done() {
      running = null
      changed()
    },
    remove(promptId) {
      const index = pending.findIndex((item) => item.promptId === promptId)
      if (index < 0) return false
      // Removing the only item goes through clear, which announces itself too: two broadcasts.
      if (pending.length === 1) clear()
      else pending.splice(index, 1)
      changed()
      return true
    },
    clear,
    running: () => running,
    pending: () => [...pending],
    has: (promptId) =>
      running?.promptId === promptId || pending.some((item) => item.promptId === promptId),
    remaining: () => pending.length + (running ? 1 : 0),
  }
}

/** The five-element list /queue and /history show. */
export function toQueueRow(item: QueuedPrompt): unknown[] {
  return [item.number, item.promptId, item.prompt, item.extraData, item.outputs]
}
