/** Our JPEG files, read by somebody else's decoder. */
import jpeg from 'jpeg-js'
import { expect, it } from 'vitest'
import { type Canvas, createCanvas } from './canvas.ts'
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

it('survives noise, and writes the same bytes again after another picture', () => {
  const noisy = createCanvas(96, 96)
  let state = 1
  for (const index of noisy.data.keys()) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223
    noisy.data[index] = state >>> 24
  }
  const encode = createJpegEncoder(100)
  const first = encode(noisy)
  encode(createCanvas(8, 8))
  expect(encode(noisy).equals(first)).toBe(true)
  expect(difference(noisy, first)).toBeLessThan(3)
})

it('gets smaller as quality falls', async () => {
  const canvas = await drawScene({ text: 'forest', seed: 1 }, { width: 96, height: 96 })
  const sizes = [95, 60, 20].map((quality) => createJpegEncoder(quality)(canvas).length)
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  expect(new Set(sizes).size).toBe(3)
})
