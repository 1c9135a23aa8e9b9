/** Writes baseline JPEG: tables and work space are made once and serve every picture after. */
import type { Canvas } from './canvas.ts'
import { transform } from './dct.ts'
import { createJpegBits } from './jpeg-bits.ts'
import { type Channel, createChannel } from './jpeg-channel.ts'
import { jpegHeader } from './jpeg-header.ts'
import { chromaTables, lumaTables, ZIGZAG } from './jpeg-tables.ts'

export type JpegEncoder = (canvas: Canvas) => Buffer

export function createJpegEncoder(quality: number): JpegEncoder {
  const bits = createJpegBits()
  const luma = createChannel(lumaTables(), { quality, bits })
  const chroma = createChannel(chromaTables(), { quality, bits })
  const blocks = [new Float64Array(64), new Float64Array(64), new Float64Array(64)] as const

  return (canvas) => {
    let y = 0
    let blue = 0
    let red = 0
    bits.start(jpegHeader(canvas, luma, chroma))
    for (let top = 0; top < canvas.height; top += 8) {
      for (let left = 0; left < canvas.width; left += 8) {
        readBlocks(canvas, { left, top }, blocks)
        y = putBlock(luma, blocks[0], y)
        blue = putBlock(chroma, blocks[1], blue)
        red = putBlock(chroma, blocks[2], red)
      }
    }
    return bits.finish()
  }
}

type Blocks = readonly [Float64Array, Float64Array, Float64Array]

/** Brightness and two colour differences; beyond the edge the last pixel repeats. */
function readBlocks(
  { width, height, data }: Canvas,
  { left, top }: { left: number; top: number },
  [y, blue, red]: Blocks,
): void {
  for (let index = 0; index < 64; index++) {
    const row = Math.min(top + (index >> 3), height - 1)
    const column = Math.min(left + (index & 7), width - 1)
    const at = (row * width + column) * 3
    const r = data[at] ?? 0
    const g = data[at + 1] ?? 0
    const b = data[at + 2] ?? 0
    y[index] = 0.299 * r + 0.587 * g + 0.114 * b - 128
    blue[index] = -0.16874 * r - 0.33126 * g + 0.5 * b
    red[index] = 0.5 * r - 0.41869 * g - 0.08131 * b
  }
}

const END_OF_BLOCK = 0x00
const SIXTEEN_ZEROS = 0xf0

/** Gives the block's mean, which the next block is told relative to. */
function putBlock(channel: Channel, block: Float64Array, previous: number): number {
  const { factors, ordered, dc, ac } = channel
  transform(block)
  for (let index = 0; index < 64; index++) {
    const exact = (block[index] ?? 0) * (factors[index] ?? 0)
    // Writing to whole numbers cuts off the rest: half a step outwards first rounds.
    ordered[ZIGZAG[index] ?? 0] = exact < 0 ? exact - 0.5 : exact + 0.5
  }
  const mean = ordered[0] ?? 0
  dc.putValue(mean - previous, 0)
  let last = 63
  while (last > 0 && ordered[last] === 0) last--
  let zeros = 0
  for (let index = 1; index <= last; index++) {
    const value = ordered[index] ?? 0
    if (value === 0) {
      zeros++
      continue
    }
    for (; zeros > 15; zeros -= 16) ac.putSymbol(SIXTEEN_ZEROS)
    ac.putValue(value, zeros)
    zeros = 0
  }
  if (last < 63) ac.putSymbol(END_OF_BLOCK)
  return mean
}
