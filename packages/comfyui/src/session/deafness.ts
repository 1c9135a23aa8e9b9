/** Decides that an open socket has gone deaf: the prompt runs and nothing at all is heard. */

export interface Deafness {
  /** Anything heard proves that the host knows the connection; a message of ours also resets the patience. */
  heard(ours: boolean): void
  /** @returns true once each time the socket should be opened anew */
  isDeaf(expectsMessages: boolean, atMs: number): boolean
}

/** A long model load is silent too, so each reopening in vain doubles the patience. */
export function createDeafness(deafMs: number): Deafness {
  const maxPatienceMs = deafMs * 6
  let patienceMs = deafMs
  let silentSince: number | null = null
  return {
    heard(ours) {
      silentSince = null
      if (ours) patienceMs = deafMs
    },
    isDeaf(expectsMessages, atMs) {
      if (!expectsMessages) {
        silentSince = null
        return false
      }
      silentSince ??= atMs
      if (atMs - silentSince < patienceMs) return false
      silentSince = null
      patienceMs = Math.min(patienceMs * 2, maxPatienceMs)
      return true
    },
  }
}
