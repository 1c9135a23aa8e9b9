/** Any uploaded bytes as a picture; a bitmap, which we cannot decode, becomes a scene of its own. */
import { PythonError } from '../python-error.ts'
import { decodeImage } from './codec.ts'
import { canvasPicture, type Picture, scenePicture } from './picture.ts'

const DECODED = /^(.PNG|\xff\xd8|RIFF....WEBP|GIF8)/s

export async function readUpload(name: string, bytes: Buffer): Promise<Picture> {
  const start = bytes.subarray(0, 12).toString('latin1')
  if (start.startsWith('BM')) {
    return scenePicture({ text: name, seed: bytes.length }, { width: 512, height: 512 })
  }
  if (!DECODED.test(start)) throw unreadable(name)
  try {
    return canvasPicture(await decodeImage(bytes))
  } catch {
    throw unreadable(name)
  }
}

function unreadable(name: string): PythonError {
  return new PythonError(
    'PIL.UnidentifiedImageError',
    `cannot identify image file '/opt/ComfyUI/input/${name}'`,
  )
}
