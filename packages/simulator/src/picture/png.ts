/** PNG files: writing pictures with ComfyUI's text chunks, reading uploads. */
import { crc32 } from 'node:zlib'
import { PNG } from 'pngjs'
import { type Canvas, createCanvas } from './canvas.ts'

const SIGNATURE_BYTES = 8
/** Length, name, thirteen bytes of header, checksum. */
const HEADER_CHUNK_BYTES = 25
const SUB_FILTER = 1

export function encodePng(canvas: Canvas, texts: Readonly<Record<string, string>> = {}): Buffer {
  const png = new PNG({ width: canvas.width, height: canvas.height })
  png.data = Buffer.from(canvas.data.buffer, canvas.data.byteOffset, canvas.data.byteLength)
  const bytes = PNG.sync.write(png, {
    colorType: 2,
    inputColorType: 2,
    inputHasAlpha: false,
    filterType: SUB_FILTER,
    deflateLevel: 4,
  })
  const headerEnd = SIGNATURE_BYTES + HEADER_CHUNK_BYTES
  const chunks = Object.entries(texts).map(([key, value]) => textChunk(key, value))
  return Buffer.concat([bytes.subarray(0, headerEnd), ...chunks, bytes.subarray(headerEnd)])
}

export function decodePng(bytes: Buffer): Canvas {
  const png = PNG.sync.read(bytes)
  const canvas = createCanvas(png.width, png.height)
  for (let pixel = 0; pixel < png.width * png.height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      canvas.data[pixel * 3 + channel] = png.data[pixel * 4 + channel] ?? 0
    }
  }
  return canvas
}

function textChunk(key: string, value: string): Buffer {
  const body = Buffer.concat([Buffer.from('tEXt'), Buffer.from(`${key}\0${value}`, 'latin1')])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(body.length - 4, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}
