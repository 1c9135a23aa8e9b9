/** The tickets in our hands: a worker that is told to stop waits until there are none, and a cancel finds its job here. */
import { type Clock, type Some, tellSome } from '@safelight/runtime'
import type { HostStage } from '@safelight/store'
import type { StopReason, StopSwitch } from '../job/stop.ts'

export interface TicketsInHand {
  /** @returns it has left our hands */
  take(ticket: TakenTicket, stop: StopSwitch): () => void
  /** Its fencing token. */
  claimed(jobId: string, token: number): void
  /** Does nothing where the job is not in our hands. */
  stop(jobId: string, reason: StopReason): void
  count(): number
  isEmpty(): boolean
  /** Resolves as soon as that is so. */
  whenEmpty(): Promise<void>
  holds(): Some<HeldTicket>
}

export interface TakenTicket {
  jobId: string
  hostId: string
  stage: HostStage
}

export interface HeldTicket extends TakenTicket {
  /** Null until it is claimed. */
  token: number | null
  forMs: number
}

export function createTicketsInHand(clock: Pick<Clock, 'steady'>): TicketsInHand {
  const held = new Set<TakenTicket & { token: number | null; at: number; stop: StopSwitch }>()
  const waiting = new Set<() => void>()
  return {
    take({ jobId, hostId, stage }, stop) {
      const ticket = { jobId, hostId, stage, token: null, at: clock.steady(), stop }
      held.add(ticket)
      return () => {
        held.delete(ticket)
        if (held.size > 0) return
        for (const resolve of waiting) resolve()
        waiting.clear()
      }
    },
    claimed(jobId, token) {
      for (const ticket of held) if (ticket.jobId === jobId) ticket.token = token
    },
    stop(jobId, reason) {
      for (const ticket of held) if (ticket.jobId === jobId) ticket.stop.stop(reason)
    },
    count: () => held.size,
    isEmpty: () => held.size === 0,
    holds: () =>
      tellSome(held, ({ at, stop: _stop, ...ticket }) => ({
        ...ticket,
        forMs: clock.steady() - at,
      })),
    whenEmpty: () =>
      new Promise((resolve) => {
        if (held.size === 0) resolve()
        else waiting.add(resolve)
      }),
  }
}
