/** A plain grid of red, green and blue bytes. */
import type { Color } from './color.ts'
import { forRows, type Pause } from './slices.ts'

export interface CanvasSize {
  readonly width: number
  readonly height: number
}

export interface Canvas extends CanvasSize {
  /** Three bytes per pixel, row by row; clamped, so sums may overshoot. */
  readonly data: Uint8ClampedArray
}

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, data: new Uint8ClampedArray(width * height * 3) }
}

export function fillCanvas(canvas: Canvas, [red, green, blue]: Color): void {
  for (let at = 0; at < canvas.data.length; at += 3) {
    canvas.data[at] = red
    canvas.data[at + 1] = green
    canvas.data[at + 2] = blue
  }
}

/** Bilinear; a pixel's centre maps to a pixel's centre. */
export async function resample(source: Canvas, size: CanvasSize, pause: Pause): Promise<Canvas> {
  const target = createCanvas(size.width, size.height)
  const scaleY = source.height / size.height
  await forRows(size.height, pause, (y) => {
    const fromY = Math.min(Math.max((y + 0.5) * scaleY - 0.5, 0), source.height - 1)
    resampleRow(source, target, { y, fromY })
  })
  return target
}

function resampleRow(
  { data, width, height }: Canvas,
  target: Canvas,
  { y, fromY }: { y: number; fromY: number },
): void {
  const scaleX = width / target.width
  const top = Math.floor(fromY)
  const bottom = Math.min(top + 1, height - 1)
  const v = fromY - top
  for (let x = 0; x < target.width; x++) {
    const fromX = Math.min(Math.max((x + 0.5) * scaleX - 0.5, 0), width - 1)
    const left = Math.floor(fromX)
    const right = Math.min(left + 1, width - 1)
    const u = fromX - left
    const at = (y * target.width + x) * 3
    const upper = top * width
    const lower = bottom * width
    for (let channel = 0; channel < 3; channel++) {
      const a = data[(upper + left) * 3 + channel] ?? 0
      const b = data[(upper + right) * 3 + channel] ?? 0
      const c = data[(lower + left) * 3 + channel] ?? 0
      const d = data[(lower + right) * 3 + channel] ?? 0
      target.data[at + channel] = a + (b - a) * u + (c - a + (a - b - c + d) * u) * v
    }
  }
}
