/** Any uploaded bytes as a picture; formats we cannot decode become a scene of their own. */
import jpeg from 'jpeg-js'
import { PythonError } from '../python-error.ts'
import { createCanvas, type Canvas } from './canvas.ts'
import { canvasPicture, type Picture, scenePicture } from './picture.ts'
import { decodePng } from './png.ts'

export function readUpload(name: string, bytes: Buffer): Picture {
  const start = bytes.subarray(0, 12)
  try {
    if (start.subarray(1, 4).toString('latin1') === 'PNG') return canvasPicture(decodePng(bytes))
    if (start[0] === 0xff && start[1] === 0xd8) return canvasPicture(decodeJpeg(bytes))
  } catch {
    throw unreadable(name)
  }
  const isKnown = /^(RIFF....WEBP|GIF8|BM)/s.test(start.toString('latin1'))
  if (!isKnown) throw unreadable(name)
  return scenePicture({ text: name, seed: bytes.length }, { width: 512, height: 512 })
}

function unreadable(name: string): PythonError {
  return new PythonError(
    'PIL.UnidentifiedImageError',
    `cannot identify image file '/opt/ComfyUI/input/${name}'`,
  )
}

function decodeJpeg(bytes: Buffer): Canvas {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false })
  const canvas = createCanvas(width, height)
  canvas.data.set(data)
  return canvas
}
