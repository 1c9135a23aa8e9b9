/** Randomness that repeats: the same seed gives the same sequence on every machine. */

export type Random = () => number

/** FNV-1a, 32 bits: small, and spreads short texts well enough to seed a picture. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash ^= hash >>> 15
  return Math.imul(hash, 0x85ebca6b) >>> 0
}

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** ComfyUI's own alphabet for temp names, misspelling included. */
const TEMP_ALPHABET = 'abcdefghijklmnopqrstupvxyz'

export function tempSuffix(random: Random): string {
  let suffix = '_temp_'
  for (let index = 0; index < 5; index++) {
    suffix += TEMP_ALPHABET[Math.floor(random() * TEMP_ALPHABET.length)] ?? 'a'
  }
  return suffix
}
