import { expect, it } from 'vitest'
import type { Canvas } from './canvas.ts'
import { decodeImage, encodeJpeg } from './codec.ts'
import { drawScene } from './scene.ts'

/** The mean difference per channel, of 255. */
async function difference(canvas: Canvas, bytes: Buffer): Promise<number> {
  const { width, height, data } = await decodeImage(bytes)
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
  const bytes = await encodeJpeg(canvas, 90)
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
  expect(await difference(canvas, bytes)).toBeLessThan(6)
})
