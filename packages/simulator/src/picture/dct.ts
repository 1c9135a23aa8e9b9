/** The forward cosine transform of an 8×8 block, scaled as Arai, Agui and Nakajima do; the quantizer undoes the scale. */

const SCALE = [
  1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379,
] as const

/** What the coefficient at this place, row by row, comes out too large by. */
export function scaleAt(index: number): number {
  return 8 * (SCALE[index >> 3] ?? 1) * (SCALE[index & 7] ?? 1)
}

export function transform(block: Float64Array): void {
  for (let row = 0; row < 64; row += 8) pass(block, row, 1)
  for (let column = 0; column < 8; column++) pass(block, column, 8)
}

function pass(block: Float64Array, at: number, step: number): void {
  const d0 = block[at] ?? 0
  const d1 = block[at + step] ?? 0
  const d2 = block[at + 2 * step] ?? 0
  const d3 = block[at + 3 * step] ?? 0
  const d4 = block[at + 4 * step] ?? 0
  const d5 = block[at + 5 * step] ?? 0
  const d6 = block[at + 6 * step] ?? 0
  const d7 = block[at + 7 * step] ?? 0

  const even0 = d0 + d7 + (d3 + d4)
  const even3 = d0 + d7 - (d3 + d4)
  const even1 = d1 + d6 + (d2 + d5)
  const even2 = d1 + d6 - (d2 + d5)
  block[at] = even0 + even1
  block[at + 4 * step] = even0 - even1
  const turned = (even2 + even3) * 0.707106781
  block[at + 2 * step] = even3 + turned
  block[at + 6 * step] = even3 - turned

  const odd7 = d0 - d7
  const odd0 = d3 - d4 + (d2 - d5)
  const odd1 = d2 - d5 + (d1 - d6)
  const odd2 = d1 - d6 + odd7
  const common = (odd0 - odd2) * 0.382683433
  const low = 0.5411961 * odd0 + common
  const high = 1.306562965 * odd2 + common
  const middle = odd1 * 0.707106781
  block[at + 5 * step] = odd7 - middle + low
  block[at + 3 * step] = odd7 - middle - low
  block[at + step] = odd7 + middle + high
  block[at + 7 * step] = odd7 + middle - high
}
