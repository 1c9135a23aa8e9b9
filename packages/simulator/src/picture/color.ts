/** Colours as red, green and blue from 0 to 255, fractions allowed. */

export type Color = readonly [red: number, green: number, blue: number]

export function mix(from: Color, to: Color, share: number): Color {
  const t = share < 0 ? 0 : share > 1 ? 1 : share
  return [
    from[0] + (to[0] - from[0]) * t,
    from[1] + (to[1] - from[1]) * t,
    from[2] + (to[2] - from[2]) * t,
  ]
}

export function fromHex(hex: number): Color {
  return [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255]
}

/** Colours spread evenly from 0 to 1, blended in between. */
export function gradient(stops: readonly Color[]): (at: number) => Color {
  const last = stops.length - 1
  return (at) => {
    const position = Math.min(Math.max(at, 0), 1) * last
    const index = Math.min(Math.floor(position), last - 1)
    const from = stops[index] ?? [0, 0, 0]
    return mix(from, stops[index + 1] ?? from, position - index)
  }
}
