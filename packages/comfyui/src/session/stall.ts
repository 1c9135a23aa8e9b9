/** Decides that a running prompt has stopped moving. Pure but for what it remembers. */

export interface StallClock {
  /** Something of the prompt changed. */
  moved(atMs: number): void
  /** What the last look saw; waiting in the host's queue is not a stall, however long. */
  saw(place: string, running: boolean, atMs: number): void
  isStalled(atMs: number): boolean
}

/**
 * Movement is a message that changes something, or another place in the queue. With a socket that
 * hears nothing only the latter is left, so `stallMs` must exceed the longest prompt such a host may run.
 */
export function createStallClock(stallMs: number): StallClock {
  let lastPlace = ''
  let running = false
  let movedAt = 0
  return {
    moved(atMs) {
      movedAt = atMs
    },
    saw(place, isRunning, atMs) {
      if (place !== lastPlace) movedAt = atMs
      lastPlace = place
      running = isRunning
    },
    isStalled: (atMs) => running && atMs - movedAt >= stallMs,
  }
}
