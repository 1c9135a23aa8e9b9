/** Writes PNG files with ComfyUI's text chunks. */
import { promisify } from 'node:util'
import { constants, crc32, deflate, deflateSync } from 'node:zlib'
import type { Canvas } from './canvas.ts'
import { forRows, type Pause } from './slices.ts'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const SUB_FILTER = 1
/** In another thread: the slowest part of a picture's way. */
const compressAside = promisify<Buffer, { level: number; strategy: number }, Buffer>(deflate)
const COMPRESSION = { level: 1, strategy: constants.Z_RLE }
/** Up to here going to another thread and back takes longer. */
const SMALL_BYTES = 16 * 1024

async function compress(bytes: Buffer): Promise<Buffer> {
  return bytes.length <= SMALL_BYTES
    ? deflateSync(bytes, COMPRESSION)
    : compressAside(bytes, COMPRESSION)
}

export type Texts = Readonly<Record<string, string>>

export async function encodePng(canvas: Canvas, pause: Pause, texts: Texts = {}): Promise<Buffer> {
  const pixels = await compress(await filtered(canvas, pause))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header(canvas)),
    ...Object.entries(texts).map(([key, value]) =>
      chunk('tEXt', Buffer.from(`${key}\0${value}`, 'latin1')),
    ),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function header({ width, height }: Canvas): Buffer {
  const body = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  body.writeUInt32BE(width, 0)
  body.writeUInt32BE(height, 4)
  return body
}

/** Each byte as its difference from the pixel before. */
async function filtered({ width, height, data }: Canvas, pause: Pause): Promise<Buffer> {
  const row = width * 3
  const bytes = Buffer.alloc(height * (row + 1))
  await forRows(height, pause, (y) => {
    const to = y * (row + 1)
    const from = y * row
    bytes[to] = SUB_FILTER
    for (let at = 0; at < row; at++) {
      const before = at < 3 ? 0 : (data[from + at - 3] ?? 0)
      bytes[to + 1 + at] = (data[from + at] ?? 0) - before
    }
  })
  return bytes
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const bytes = Buffer.alloc(body.length + 8)
  bytes.writeUInt32BE(data.length, 0)
  body.copy(bytes, 4)
  bytes.writeUInt32BE(crc32(body), body.length + 4)
  return bytes
}
