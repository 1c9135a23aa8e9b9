/** What /view makes of a stored picture when it is asked for less than the file: a preview, or some of its channels. */
import { loadSharp } from './codec.ts'

export interface MadePicture {
  readonly bytes: Buffer
  readonly contentType: string
}

const QUALITY = 90

/**
 * @param wanted `webp` or `jpeg`, and perhaps a quality: `webp;60`
 * @throws when the bytes are no picture
 */
export async function toPreview(
  bytes: Buffer,
  wanted: string,
  channel: string,
): Promise<MadePicture> {
  const open = await loadSharp()
  const [format = '', ...rest] = wanted.split(';')
  const last = rest.at(-1) ?? format
  const quality = /^\d+$/.test(last) ? Math.min(100, Math.max(1, Number(last))) : QUALITY
  const isJpeg = format === 'jpeg' && !channel.includes('a')
  const picture = open(bytes)
  if (isJpeg) {
    const made = await picture.removeAlpha().jpeg({ quality }).toBuffer()
    return { bytes: made, contentType: 'image/jpeg' }
  }
  const kept = channel === 'rgb' ? picture.removeAlpha() : picture
  return { bytes: await kept.webp({ quality }).toBuffer(), contentType: 'image/webp' }
}

/** @throws when the bytes are no picture */
export async function toChannel(bytes: Buffer, channel: 'rgb' | 'a'): Promise<MadePicture> {
  const open = await loadSharp()
  if (channel === 'rgb') {
    const made = await open(bytes).removeAlpha().toColourspace('srgb').png().toBuffer()
    return { bytes: made, contentType: 'image/png' }
  }
  const { data, width, height } = await toRgba(bytes)
  // black, and as transparent as the picture is
  for (let at = 0; at < data.length; at += 4) data.fill(0, at, at + 3)
  const made = await open(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return { bytes: made, contentType: 'image/png' }
}

/**
 * The picture with the transparency of another, as PNG; its own text chunks stay.
 * @throws when either is no picture, or they differ in size
 */
export async function withAlphaOf(original: Buffer, mask: Buffer): Promise<Buffer> {
  const open = await loadSharp()
  const { data, width, height } = await toRgba(original)
  const alpha = await toRgba(mask)
  if (alpha.width !== width || alpha.height !== height) throw new Error('images do not match')
  for (let at = 3; at < data.length; at += 4) data[at] = alpha.data[at] ?? 0
  const made = await open(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return Buffer.concat([
    made.subarray(0, AFTER_HEADER),
    ...textChunks(original),
    made.subarray(AFTER_HEADER),
  ])
}

async function toRgba(bytes: Buffer): Promise<{ data: Buffer; width: number; height: number }> {
  const open = await loadSharp()
  const { data, info } = await open(bytes)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

const SIGNATURE_BYTES = 8
/** Signature and IHDR, in any PNG. */
const AFTER_HEADER = 33

function textChunks(png: Buffer): Buffer[] {
  const found: Buffer[] = []
  if (png.toString('latin1', 1, 4) !== 'PNG') return found
  for (let at = SIGNATURE_BYTES; at + 12 <= png.length; ) {
    const end = at + 12 + png.readUInt32BE(at)
    if (/^(tEXt|iTXt|zTXt)$/.test(png.toString('latin1', at + 4, at + 8))) {
      found.push(png.subarray(at, end))
    }
    at = end
  }
  return found
}
