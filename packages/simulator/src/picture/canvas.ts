/** A plain grid of red, green and blue bytes. */
import type { Color } from './color.ts'

export interface Canvas {
  readonly width: number
  readonly height: number
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
export function resample(source: Canvas, width: number, height: number): Canvas {
  const target = createCanvas(width, height)
  const { data } = source
  const scaleX = source.width / width
  const scaleY = source.height / height
  for (let y = 0; y < height; y++) {
    const fromY = Math.min(Math.max((y + 0.5) * scaleY - 0.5, 0), source.height - 1)
    const top = Math.floor(fromY)
    const bottom = Math.min(top + 1, source.height - 1)
    const v = fromY - top
    for (let x = 0; x < width; x++) {
      const fromX = Math.min(Math.max((x + 0.5) * scaleX - 0.5, 0), source.width - 1)
      const left = Math.floor(fromX)
      const right = Math.min(left + 1, source.width - 1)
      const u = fromX - left
      const at = (y * width + x) * 3
      for (let channel = 0; channel < 3; channel++) {
        const a = data[(top * source.width + left) * 3 + channel] ?? 0
        const b = data[(top * source.width + right) * 3 + channel] ?? 0
        const c = data[(bottom * source.width + left) * 3 + channel] ?? 0
        const d = data[(bottom * source.width + right) * 3 + channel] ?? 0
        target.data[at + channel] = a + (b - a) * u + (c - a + (a - b - c + d) * u) * v
      }
    }
  }
  return target
}
