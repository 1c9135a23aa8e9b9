/** Pictures as JPEG frames: all our video is motion JPEG, the one codec we can write. */
import { createJpegEncoder } from '../picture/jpeg.ts'
import type { Picture } from '../picture/picture.ts'
import { forRows, type Pause } from '../picture/slices.ts'

export interface JpegFrames {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly frames: readonly Buffer[]
}

const JPEG_QUALITY = 82

export async function toJpegFrames(
  pictures: readonly Picture[],
  fps: number,
  pause: Pause,
): Promise<JpegFrames> {
  const encode = createJpegEncoder(JPEG_QUALITY)
  const frames: Buffer[] = []
  for (const picture of pictures) {
    const canvas = await picture.draw(pause)
    await forRows(1, pause, () => frames.push(encode(canvas)))
  }
  const [first] = pictures
  return { width: first?.width ?? 0, height: first?.height ?? 0, fps, frames }
}
