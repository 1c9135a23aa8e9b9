/** Writes JPEG, for previews and the frames of videos. */
import jpeg from 'jpeg-js'
import type { Canvas } from './canvas.ts'

export type JpegEncoder = (canvas: Canvas) => Buffer

/** @param quality 1 to 100 */
export function createJpegEncoder(quality: number): JpegEncoder {
  return ({ width, height, data }) => {
    const rgba = Buffer.alloc(width * height * 4, 255)
    for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
      rgba[to] = data[from] ?? 0
      rgba[to + 1] = data[from + 1] ?? 0
      rgba[to + 2] = data[from + 2] ?? 0
    }
    return jpeg.encode({ width, height, data: rgba }, quality).data
  }
}
