/** Lossless WebP, written the plainest way the format allows: no transforms, eight bits a channel. */
import type { Canvas } from './canvas.ts'
import { forRows, type Pause } from './slices.ts'

const SIGNATURE = 0x2f
/** The order in which code lengths of code lengths are stored; we use the lengths 0 and 8 only. */
const LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
const GREEN_SYMBOLS = 280
const COLOR_SYMBOLS = 256
/** More than sizes and codes take; every pixel takes three bytes. */
const HEAD_BYTES = 256

export async function encodeWebp(canvas: Canvas, pause: Pause): Promise<Buffer> {
  const { width, height, data } = canvas
  const bits = createBits(HEAD_BYTES + data.length)
  bits.put(SIGNATURE, 8)
  bits.put(width - 1, 14)
  bits.put(height - 1, 14)
  bits.put(0, 1 + 3)
  // No transform, no colour cache, one set of codes for the whole picture.
  bits.put(0, 3)
  putByteCode(bits, GREEN_SYMBOLS)
  putByteCode(bits, COLOR_SYMBOLS)
  putByteCode(bits, COLOR_SYMBOLS)
  putSingleCode(bits, 255)
  putSingleCode(bits, 0)
  await forRows(height, pause, (y) => {
    for (let at = y * width * 3; at < (y + 1) * width * 3; at += 3) {
      bits.put(reversed(data[at + 1] ?? 0), 8)
      bits.put(reversed(data[at] ?? 0), 8)
      bits.put(reversed(data[at + 2] ?? 0), 8)
    }
  })
  return riff(bits.finish())
}

interface Bits {
  put(value: number, count: number): void
  finish(): Buffer
}

/** Least significant bit first. */
function createBits(maxBytes: number): Bits {
  const bytes = Buffer.alloc(maxBytes)
  let length = 0
  let pending = 0
  let filled = 0
  return {
    put(value, count) {
      pending |= value << filled
      filled += count
      while (filled >= 8) {
        bytes[length++] = pending & 255
        pending >>>= 8
        filled -= 8
      }
    },
    finish() {
      if (filled > 0) bytes[length++] = pending & 255
      return bytes.subarray(0, length)
    },
  }
}

/** A code in which each of the first 256 symbols takes eight bits, and any further one does not exist. */
function putByteCode(bits: Bits, symbols: number): void {
  bits.put(0, 1)
  const stored = LENGTH_ORDER.indexOf(8) + 1
  bits.put(stored - 4, 4)
  for (const length of LENGTH_ORDER.slice(0, stored))
    bits.put(length === 0 || length === 8 ? 1 : 0, 3)
  bits.put(0, 1)
  for (let symbol = 0; symbol < symbols; symbol++) bits.put(symbol < COLOR_SYMBOLS ? 1 : 0, 1)
}

/** A code of one symbol, which then takes no bits at all. */
function putSingleCode(bits: Bits, symbol: number): void {
  bits.put(1, 1)
  bits.put(0, 1)
  bits.put(1, 1)
  bits.put(symbol, 8)
}

/** Codes are read from their highest bit down. */
function reversed(byte: number): number {
  let result = 0
  for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit)
  return result
}

function riff(bitstream: Buffer): Buffer {
  const padded =
    bitstream.length % 2 === 0 ? bitstream : Buffer.concat([bitstream, Buffer.alloc(1)])
  const header = Buffer.from('RIFF....WEBPVP8L....', 'latin1')
  header.writeUInt32LE(padded.length + 12, 4)
  header.writeUInt32LE(bitstream.length, 16)
  return Buffer.concat([header, padded])
}
