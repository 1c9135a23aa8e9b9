/** The picture as it looks part of the way through sampling: blurred, and under noise that thins out. */
import type { PreviewImage } from '../delivery/frames.ts'
import { createRandom } from '../random.ts'
import { type Canvas, createCanvas, resample, type CanvasSize } from './canvas.ts'
import { encodeJpeg } from './codec.ts'
import type { Picture } from './picture.ts'
import { forRows, type Pause } from './slices.ts'

const MAX_SIDE = 192
const JPEG_QUALITY = 82
const NOISE_SIDE = 64
const NOISE_CELLS = NOISE_SIDE * NOISE_SIDE
/** Sooner than this nobody sees a difference, and the last one goes out again. */
const MIN_INTERVAL_MS = 50

/** `done` from 0 to 1. */
export type Previews = (done: number, pause: Pause) => Promise<PreviewImage>

export function createPreviews(target: Picture, seed: number): Previews {
  const shrink = Math.min(1, MAX_SIDE / Math.max(target.width, target.height))
  const width = Math.max(8, Math.round(target.width * shrink))
  const height = Math.max(8, Math.round(target.height * shrink))
  const canvas = createCanvas(width, height)
  let sharp: Canvas | null = null
  let noise: Float32Array | null = null
  let latest: { readonly image: PreviewImage; readonly madeAt: number } | null = null

  const paint = async (done: number, pause: Pause): Promise<PreviewImage> => {
    sharp ??= await resample(await target.draw(pause), { width, height }, pause)
    noise ??= Float32Array.from({ length: NOISE_CELLS * 3 }, createRandom(seed))
    const grains = noise
    const missing = (1 - done) ** 1.4
    const soft = await blurred(sharp, 1 + missing * 22, pause)
    // One tile of noise serves all steps: it only starts elsewhere each time.
    const offset = (Math.imul(Math.round(done * 1000), 2_654_435_761) >>> 0) % NOISE_CELLS
    const strength = missing * 190
    const lift = (44 - 0.5 * 190) * missing
    const keep = 1 - missing * 0.35
    const { data } = canvas
    await forRows(height, pause, (y) => {
      const start = (y >> 1) * NOISE_SIDE + offset
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3
        const cell = ((start + ((x >> 1) % NOISE_SIDE)) % NOISE_CELLS) * 3
        data[at] = (soft.data[at] ?? 0) * keep + lift + (grains[cell] ?? 0) * strength
        data[at + 1] = (soft.data[at + 1] ?? 0) * keep + lift + (grains[cell + 1] ?? 0) * strength
        data[at + 2] = (soft.data[at + 2] ?? 0) * keep + lift + (grains[cell + 2] ?? 0) * strength
      }
    })
    return { format: 'jpeg', bytes: await encodeJpeg(canvas, JPEG_QUALITY) }
  }

  return async (done, pause) => {
    const now = performance.now()
    if (latest && now - latest.madeAt < MIN_INTERVAL_MS) return latest.image
    latest = { image: await paint(done, pause), madeAt: now }
    return latest.image
  }
}

async function blurred(sharp: Canvas, blur: number, pause: Pause): Promise<Canvas> {
  const { width, height } = sharp
  const small = shrinkTo(sharp, {
    width: Math.max(2, Math.round(width / blur)),
    height: Math.max(2, Math.round(height / blur)),
  })
  return small === sharp ? sharp : resample(small, sharp, pause)
}

/** Averages, where resample would skip pixels. */
function shrinkTo(source: Canvas, { width, height }: CanvasSize): Canvas {
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
