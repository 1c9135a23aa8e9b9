/** The picture as it looks part of the way through sampling: blurred, and under noise that thins out. */
import jpeg from 'jpeg-js'
import type { PreviewImage } from '../delivery/frames.ts'
import { createRandom } from '../random.ts'
import { type Canvas, createCanvas, resample } from './canvas.ts'
import type { Picture } from './picture.ts'

const MAX_SIDE = 192
const JPEG_QUALITY = 82
const NOISE_SIDE = 64

export function createPreviews(target: Picture, seed: number): (done: number) => PreviewImage {
  const shrink = Math.min(1, MAX_SIDE / Math.max(target.width, target.height))
  const width = Math.max(8, Math.round(target.width * shrink))
  const height = Math.max(8, Math.round(target.height * shrink))
  let sharp: Canvas | null = null

  return (done) => {
    sharp ??= resample(target.draw(), width, height)
    return { format: 'jpeg', bytes: encodeJpeg(emerge(sharp, done, seed)) }
  }
}

/** `done` from 0 to 1. */
function emerge(sharp: Canvas, done: number, seed: number): Canvas {
  const { width, height } = sharp
  const missing = (1 - done) ** 1.4
  const blur = 1 + missing * 22
  const soft = resample(
    shrinkTo(sharp, Math.max(2, Math.round(width / blur)), Math.max(2, Math.round(height / blur))),
    width,
    height,
  )
  const noise = createNoiseTile(seed + Math.round(done * 1000))
  const canvas = createCanvas(width, height)
  const strength = missing * 190
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const cell = (((y >> 1) % NOISE_SIDE) * NOISE_SIDE + ((x >> 1) % NOISE_SIDE)) * 3
      for (let channel = 0; channel < 3; channel++) {
        const grain = ((noise[cell + channel] ?? 0.5) - 0.5) * strength
        canvas.data[at + channel] =
          (soft.data[at + channel] ?? 0) * (1 - missing * 0.35) + 44 * missing + grain
      }
    }
  }
  return canvas
}

/** Averages, where resample would skip pixels. */
function shrinkTo(source: Canvas, width: number, height: number): Canvas {
  if (width >= source.width) return source
  const target = createCanvas(width, height)
  const sums = new Float32Array(width * height * 4)
  for (let y = 0; y < source.height; y++) {
    const row = Math.floor((y / source.height) * height)
    for (let x = 0; x < source.width; x++) {
      const cell = (row * width + Math.floor((x / source.width) * width)) * 4
      const at = (y * source.width + x) * 3
      for (let channel = 0; channel < 3; channel++) {
        sums[cell + channel] = (sums[cell + channel] ?? 0) + (source.data[at + channel] ?? 0)
      }
      sums[cell + 3] = (sums[cell + 3] ?? 0) + 1
    }
  }
  for (let cell = 0; cell < width * height; cell++) {
    const count = sums[cell * 4 + 3] || 1
    for (let channel = 0; channel < 3; channel++) {
      target.data[cell * 3 + channel] = (sums[cell * 4 + channel] ?? 0) / count
    }
  }
  return target
}

function createNoiseTile(seed: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: NOISE_SIDE * NOISE_SIDE * 3 }, random)
}

export function encodeJpeg(canvas: Canvas): Buffer {
  const { width, height } = canvas
  const data = Buffer.alloc(width * height * 4, 255)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      data[pixel * 4 + channel] = canvas.data[pixel * 3 + channel] ?? 0
    }
  }
  return jpeg.encode({ data, width, height }, JPEG_QUALITY).data
}
