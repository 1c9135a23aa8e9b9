/** Pixels to JPEG, and files of any format to pixels. */
import type sharp from 'sharp'
import { type Canvas, createCanvas } from './canvas.ts'

/** Native code: a server that neither shows a preview nor reads an upload never loads it. */
export async function loadSharp(): Promise<typeof sharp> {
  return (await import('sharp')).default
}

/** @param quality 1 to 100 */
export async function encodeJpeg(
  { width, height, data }: Canvas,
  quality: number,
): Promise<Buffer> {
  const open = await loadSharp()
  return (
    open(data, { raw: { width, height, channels: 3 } })
      // Coded as plainly as ComfyUI's own: frames of the size a client has to cope with.
      .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
      .toBuffer()
  )
}

/** @throws when the bytes are no picture, or only the beginning of one */
export async function decodeImage(bytes: Buffer): Promise<Canvas> {
  const open = await loadSharp()
  const { data, info } = await open(bytes, { failOn: 'truncated' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const canvas = createCanvas(info.width, info.height)
  canvas.data.set(data)
  return canvas
}
