/**
 * Decides that the socket has gone deaf: the prompt runs and nothing is heard, or there is no socket to hear with.
 *
 * There are two answers. The socket should be opened anew after any long silence; that costs nothing. That
 * the host does not deliver our messages is said only when a long model load cannot be the reason: nothing
 * of our prompt was ever heard though it runs, or several new sockets in a row brought nothing.
 */

/**
 * `others`: anything, which proves that the host knows the connection · `hint`: what it tells every socket
 * that opens while our prompt runs · `ours`: a message of our prompt, sent as it happened
 */
export type Heard = 'others' | 'hint' | 'ours'

export interface Deafness {
  heard(what: Heard): void
  /** @returns true once each time the socket should be opened anew */
  isDeaf(running: boolean, atMs: number): boolean
  /** History has the prompt though its run was never heard. */
  ended(): void
  /** The host's messages do not arrive; null while nobody can tell. */
  readonly verdict: boolean | null
}

/** In this many silent sockets in a row, at least one should have heard a step of a loaded model. */
const VAIN_SOCKETS = 3
/** Looks that saw it running: between two of them it would have been heard. */
const RUNNING_LOOKS = 2

/** A long model load is silent too, so each reopening in vain doubles the patience. */
export function createDeafness(deafMs: number): Deafness {
  const maxPatienceMs = deafMs * 6
  let patienceMs = deafMs
  let silentSince: number | null = null
  let hinted = false
  let vainSockets = 0
  let runningLooks = 0
  let verdict: boolean | null = null
  return {
    heard(what) {
      silentSince = null
      if (what === 'others') return
      hinted = true
      if (what === 'hint') return
      patienceMs = deafMs
      vainSockets = 0
      verdict = false
    },
    isDeaf(running, atMs) {
      if (!running) {
        silentSince = null
        return false
      }
      runningLooks += 1
      silentSince ??= atMs
      if (atMs - silentSince < patienceMs) return false
      silentSince = null
      patienceMs = Math.min(patienceMs * 2, maxPatienceMs)
      vainSockets += 1
      if (!hinted || vainSockets >= VAIN_SOCKETS) verdict = true
      return true
    },
    ended() {
      if (verdict === null && runningLooks >= RUNNING_LOOKS) verdict = true
    },
    get verdict() {
      return verdict
    },
  }
}
