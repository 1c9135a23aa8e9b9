/** How large a picture is, from its first bytes. Read from the header, never decoded: whoever sent it may lie, and nobody pays for it. */

export interface PictureSize {
  /** Pixels, as it is to be looked at: a photograph that lies on its side is stood up. */
  width: number
  height: number
}

/** No decoder takes more; what says so is no picture. */
const MAX_SIDE = 1_000_000

/**
 * PNG, JPEG, GIF and WebP.
 * @param head the beginning of the file; a JPEG's size comes after its metadata, so 64 KiB are better than 4
 * @returns null when it is none of them, broken, or says it later
 */
export function readPictureSize(head: Uint8Array): PictureSize | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  for (const read of [readPng, readGif, readWebp, readJpeg]) {
    const size = read(bytes)
    if (size) return isSane(size) ? size : null
  }
  return null
}

function isSane({ width, height }: PictureSize): boolean {
  return width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE
}

function has(bytes: Buffer, at: number, text: string): boolean {
  return bytes.length >= at + text.length && bytes.toString('latin1', at, at + text.length) === text
}

function readPng(bytes: Buffer): PictureSize | null {
  if (bytes.length < 24 || !has(bytes, 0, '\x89PNG\r\n\x1a\n') || !has(bytes, 12, 'IHDR'))
    return null
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

function readGif(bytes: Buffer): PictureSize | null {
  if (bytes.length < 10 || !(has(bytes, 0, 'GIF87a') || has(bytes, 0, 'GIF89a'))) return null
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
}

/** Its first chunk is one of three: lossy, lossless, or extended, which has the size of the canvas. */
function readWebp(bytes: Buffer): PictureSize | null {
  if (bytes.length < 30 || !has(bytes, 0, 'RIFF') || !has(bytes, 8, 'WEBP')) return null
  if (has(bytes, 12, 'VP8X')) {
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  }
  if (has(bytes, 12, 'VP8L') && bytes[20] === 0x2f) {
    const bits = bytes.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
  }
  if (has(bytes, 12, 'VP8 ') && bytes.readUIntBE(23, 3) === 0x9d012a) {
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  }
  return null
}

/** Markers that begin a frame; among them are three of other things. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function readJpeg(bytes: Buffer): PictureSize | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null
  let onItsSide = false
  let at = 2
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes.readUInt8(at + 1)
    // any number of these may fill the space before a marker
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (isFrame(marker)) {
      const size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
      return onItsSide ? { width: size.height, height: size.width } : size
    }
    const length = bytes.readUInt16BE(at + 2)
    if (length < 2) return null
    if (marker === 0xe1) onItsSide ||= liesOnItsSide(bytes.subarray(at + 4, at + 2 + length))
    at += 2 + length
  }
  return null
}

const ORIENTATION = 0x0112
/** 5 to 8 turn it by a quarter, one way or the other. */
const FIRST_QUARTER_TURN = 5

/** @param exif an APP1 segment: `Exif`, then a TIFF of which the first list of entries has the orientation */
function liesOnItsSide(exif: Buffer): boolean {
  if (!has(exif, 0, 'Exif\0\0') || exif.length < 14) return false
  const tiff = exif.subarray(6)
  const little = has(tiff, 0, 'II')
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const first = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (first + 2 > tiff.length) return false
  const count = short(first)
  for (let index = 0; index < count; index += 1) {
    const entry = first + 2 + index * 12
    if (entry + 12 > tiff.length) return false
    if (short(entry) === ORIENTATION) {
      const orientation = short(entry + 8)
      return orientation >= FIRST_QUARTER_TURN && orientation <= 8
    }
  }
  return false
}
