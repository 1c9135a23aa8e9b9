/** What the list of hosts says of one, for as long as it is on it, and who still needs the host when it is not. */
import type { HostAddress } from '@safelight/comfyui'
import type { HostValue } from './host-value.ts'

export interface Listing {
  readonly address: HostAddress
  readonly labels: readonly string[]
  readonly slots: number
  /** It is on the list no more: it gets nothing new. */
  readonly leaving: boolean
  /** The list says something else of it, or again that it is there. */
  update(value: HostValue): void
  leave(): void
  /**
   * A job needs the host until the returned function is called.
   * @param handBack called when the host has left and can wait for the job no longer
   */
  hold(handBack: () => void): () => void
  readonly held: boolean
  handBackAll(): void
}

/** @param onFree called when nobody needs the host any more */
export function createListing(value: HostValue, onFree: () => void): Listing {
  let current = value
  let leaving = false
  const holders = new Set<() => void>()
  return {
    get address() {
      return current.address
    },
    get labels() {
      return current.labels
    },
    get slots() {
      return current.slots
    },
    get leaving() {
      return leaving
    },
    update(next) {
      current = next
      leaving = false
    },
    leave() {
      leaving = true
    },
    hold(handBack) {
      // an object of its own: two jobs may give the same function
      const holder = () => handBack()
      holders.add(holder)
      return () => {
        if (holders.delete(holder) && holders.size === 0) onFree()
      }
    },
    get held() {
      return holders.size > 0
    },
    handBackAll() {
      for (const handBack of holders) handBack()
    },
  }
}
