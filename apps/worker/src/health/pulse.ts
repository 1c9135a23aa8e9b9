/**
 * `Pulse`: whether this worker still looks for work. A process that answers, with a Redis that answers, may all the same
 * have stopped taking tickets: a blocking read whose connection went deaf waits for ever. Each pool's loop says what it
 * begins; how long ago that was is all that is judged.
 */
import type { Clock } from '@safelight/runtime'

export interface Pulse {
  /** It looks for a job, or for a ticket: that ends soon, whatever comes of it. */
  looks(pool: string): void
  /** It waits for a slot: jobs take the time they take. */
  waitsForSlot(pool: string): void
  /** What each pool's loop is doing. */
  loops(): PoolLoop[]
}

export interface PoolLoop {
  pool: string
  doing: 'looks' | 'waits_for_slot'
  /** Since it began to. */
  forMs: number
}

export function createPulse(clock: Pick<Clock, 'steady'>): Pulse {
  const loops = new Map<string, { doing: PoolLoop['doing']; at: number }>()
  const note = (doing: PoolLoop['doing']) => (pool: string) => {
    const loop = loops.get(pool)
    // many times a second: no new object for each
    if (!loop) loops.set(pool, { doing, at: clock.steady() })
    else [loop.doing, loop.at] = [doing, clock.steady()]
  }
  return {
    looks: note('looks'),
    waitsForSlot: note('waits_for_slot'),
    loops: () =>
      [...loops].map(([pool, { doing, at }]) => ({ pool, doing, forMs: clock.steady() - at })),
  }
}
