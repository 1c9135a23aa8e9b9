/**
 * Suspects: jobs that have been in the hands of two workers that died. One of their kind at a time: a worker that
 * dies takes along everything it holds, and the third death must only count against the job that causes it.
 */

/** Lost workers from which on a job is one. */
export const SUSPECT_FROM = 2

export interface Suspects {
  /** @returns lets go of it again; null while another one is in hand */
  take(): (() => void) | null
}

export function createSuspects(): Suspects {
  let inHand = false
  return {
    take() {
      if (inHand) return null
      inHand = true
      return () => {
        inHand = false
      }
    },
  }
}
