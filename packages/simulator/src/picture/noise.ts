/** Smooth value noise: the stuff clouds, ridges and waves are made of. */

export type Noise1 = (x: number) => number
export type Noise2 = (x: number, y: number) => number

function lattice(x: number, y: number, seed: number): number {
  let mixed = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}

/** 0..1 everywhere. */
export function createNoise2(seed: number): Noise2 {
  return (x, y) => {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const u = smooth(x - left)
    const v = smooth(y - top)
    const a = lattice(left, top, seed)
    const b = lattice(left + 1, top, seed)
    const c = lattice(left, top + 1, seed)
    const d = lattice(left + 1, top + 1, seed)
    return a + (b - a) * u + (c - a + (a - b - c + d) * u) * v
  }
}

export interface Octaves {
  /** Folds each octave at its middle: sharp crests, as of mountains, instead of round hills. */
  readonly isSharp?: boolean
  readonly count: number
  /** How much each finer octave keeps of the one before. */
  readonly gain: number
}

/** Several octaves of noise along a line, 0..1. */
export function createRidgeNoise(seed: number, { count, gain, isSharp }: Octaves): Noise1 {
  const noise = createNoise2(seed)
  return (x) => {
    let sum = 0
    let total = 0
    let weight = 1
    for (let octave = 0; octave < count; octave++) {
      const value = noise(x * 2 ** octave, octave * 17.3)
      sum += (isSharp ? 1 - Math.abs(value * 2 - 1) : value) * weight
      total += weight
      weight *= gain
    }
    return sum / total
  }
}

const TABLE_MARGIN = 0.1
const TABLE_STEPS = 768

/** The same line read from a table: outlines are asked for once per pixel, but only change with x. */
export function tabulate(line: Noise1, width: number): Noise1 {
  const span = width + 2 * TABLE_MARGIN
  const table = Float32Array.from({ length: TABLE_STEPS + 1 }, (_, index) =>
    line((index / TABLE_STEPS) * span - TABLE_MARGIN),
  )
  return (x) => {
    const position = Math.min(
      Math.max(((x + TABLE_MARGIN) / span) * TABLE_STEPS, 0),
      TABLE_STEPS - 1,
    )
    const index = Math.floor(position)
    const from = table[index] ?? 0
    return from + ((table[index + 1] ?? from) - from) * (position - index)
  }
}
