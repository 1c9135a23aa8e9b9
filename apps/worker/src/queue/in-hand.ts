/** The tickets in our hands: a worker that is told to stop waits until there are none, and a cancel finds its job here. */
import type { StopReason, StopSwitch } from '../job/stop.ts'

export interface TicketsInHand {
  /** @returns it has left our hands */
  take(jobId: string, stop: StopSwitch): () => void
  /** Does nothing where the job is not in our hands. */
  stop(jobId: string, reason: StopReason): void
  isEmpty(): boolean
  /** Resolves as soon as that is so. */
  whenEmpty(): Promise<void>
}

export function createTicketsInHand(): TicketsInHand {
  const held = new Set<{ jobId: string; stop: StopSwitch }>()
  const waiting = new Set<() => void>()
  return {
    take(jobId, stop) {
      const ticket = { jobId, stop }
      held.add(ticket)
      return () => {
        held.delete(ticket)
        if (held.size > 0) return
        for (const resolve of waiting) resolve()
        waiting.clear()
      }
    },
    stop(jobId, reason) {
      for (const ticket of held) if (ticket.jobId === jobId) ticket.stop.stop(reason)
    },
    isEmpty: () => held.size === 0,
    whenEmpty: () =>
      new Promise((resolve) => {
        if (held.size === 0) resolve()
        else waiting.add(resolve)
      }),
  }
}
