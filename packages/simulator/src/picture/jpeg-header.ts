/** Everything of a JPEG that comes before its pixels. */
import type { Canvas } from './canvas.ts'
import type { Channel } from './jpeg-channel.ts'
import { type HuffmanCode, ZIGZAG } from './jpeg-tables.ts'

const JFIF = Buffer.from('4a46494600010100000100010000', 'hex')

export function jpegHeader(
  { width, height }: Pick<Canvas, 'width' | 'height'>,
  luma: Channel,
  chroma: Channel,
): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1])
  frame.writeUInt16BE(height, 1)
  frame.writeUInt16BE(width, 3)
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, JFIF),
    segment(0xdb, Buffer.concat([quantization(0, luma), quantization(1, chroma)])),
    segment(0xc0, frame),
    segment(
      0xc4,
      Buffer.concat([
        huffman(0x00, luma.tables.dc),
        huffman(0x10, luma.tables.ac),
        huffman(0x01, chroma.tables.dc),
        huffman(0x11, chroma.tables.ac),
      ]),
    ),
    segment(0xda, Buffer.from([3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0])),
  ])
}

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

function quantization(id: number, { divisors }: Channel): Buffer {
  const table = Buffer.alloc(65)
  table[0] = id
  for (const [index, divisor] of divisors.entries()) table[1 + (ZIGZAG[index] ?? 0)] = divisor
  return table
}

function huffman(id: number, { counts, symbols }: HuffmanCode): Buffer {
  return Buffer.concat([Buffer.from([id]), counts, symbols])
}
