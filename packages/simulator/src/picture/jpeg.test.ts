import jpeg from 'jpeg-js'
import { expect, it } from 'vitest'
import type { Canvas } from './canvas.ts'
import { createJpegEncoder } from './jpeg.ts'
import { drawScene } from './scene.ts'

/** The mean difference per channel, of 255. */
function difference(canvas: Canvas, bytes: Buffer): number {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false })
  expect([width, height]).toEqual([canvas.width, canvas.height])
  let sum = 0
  for (const [index, value] of canvas.data.entries()) sum += Math.abs(value - (data[index] ?? 0))
  return sum / canvas.data.length
}

it.each([
  [64, 64],
  [17, 9],
  [1, 1],
  [200, 3],
])('writes %i×%i pixels that read back nearly the same', async (width, height) => {
  const canvas = await drawScene({ text: 'a lighthouse at dusk', seed: 7 }, { width, height })
  const encode = createJpegEncoder(90)
  expect(difference(canvas, encode(canvas))).toBeLessThan(6)
})
