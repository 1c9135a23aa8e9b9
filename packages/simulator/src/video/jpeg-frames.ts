/** Pictures as JPEG frames: all our video is motion JPEG, the one codec we can write. */
import type { Picture } from '../picture/picture.ts'
import { encodeJpeg } from '../picture/preview.ts'

export interface JpegFrames {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly frames: readonly Buffer[]
}

export function toJpegFrames(pictures: readonly Picture[], fps: number): JpegFrames {
  const [first] = pictures
  return {
    width: first?.width ?? 0,
    height: first?.height ?? 0,
    fps,
    frames: pictures.map((picture) => encodeJpeg(picture.draw())),
  }
}
