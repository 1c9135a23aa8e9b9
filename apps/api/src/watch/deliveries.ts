/** What watchers were sent, summed up: numbers are added on the way of every event, and told once a second. */
import type { ApiEvents, Clock, Emit, Transport } from '@safelight/runtime'

const EVERY_MS = 1_000

/** What one transport adds to. */
export interface Delivery {
  /** @param events 0 for what is no event: a preview, a place in the queue */
  sent(events: number, bytes: number): void
  /** An event that a slow watcher was spared. */
  dropped(): void
}

export interface Deliveries {
  of(transport: Transport): Delivery
  /** Tells what is left. */
  close(): void
}

export interface DeliveriesDeps {
  emit: Emit<ApiEvents>
  clock: Pick<Clock, 'after'>
}

export function createDeliveries({ emit, clock }: DeliveriesDeps): Deliveries {
  const sums = new Map<Transport, { events: number; bytes: number; dropped: number }>()
  let callOff: (() => void) | null = null

  function tell(): void {
    callOff = null
    for (const [transport, sum] of sums) {
      const { events, bytes, dropped } = sum
      sum.events = sum.bytes = sum.dropped = 0
      if (bytes > 0) emit('watch:delivered', { transport, events, bytes })
      if (dropped > 0) emit('watch:dropped', { transport, events: dropped })
    }
  }

  return {
    of(transport) {
      const sum = { events: 0, bytes: 0, dropped: 0 }
      sums.set(transport, sum)
      return {
        sent(events, bytes) {
          sum.events += events
          sum.bytes += bytes
          callOff ??= clock.after(EVERY_MS, tell)
        },
        dropped() {
          sum.dropped += 1
          callOff ??= clock.after(EVERY_MS, tell)
        },
      }
    },
    close() {
      callOff?.()
      tell()
    },
  }
}
