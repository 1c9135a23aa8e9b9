/** One Huffman code of a JPEG, and how values are written in it. */
import type { JpegBits } from './jpeg-bits.ts'
import type { HuffmanCode } from './jpeg-tables.ts'

export interface JpegCode {
  putSymbol(symbol: number): void
  /** A symbol that says how many zeros go before and how many bits follow, then those bits. */
  putValue(value: number, zeros: number): void
}

export function createJpegCode({ counts, symbols }: HuffmanCode, bits: JpegBits): JpegCode {
  const codes = new Uint16Array(256)
  const lengths = new Uint8Array(256)
  // Codes of one length count upwards; the next length goes on where they ended.
  let next = 0
  let index = 0
  for (const [shorter, count] of counts.entries()) {
    for (let taken = 0; taken < count; taken++) {
      const symbol = symbols[index++] ?? 0
      codes[symbol] = next++
      lengths[symbol] = shorter + 1
    }
    next <<= 1
  }

  const putSymbol = (symbol: number): void => bits.put(codes[symbol] ?? 0, lengths[symbol] ?? 0)

  return {
    putSymbol,
    putValue(value, zeros) {
      const size = 32 - Math.clz32(Math.abs(value))
      putSymbol((zeros << 4) | size)
      // Negative values follow as one's complement.
      if (size > 0) bits.put(value < 0 ? value + (1 << size) - 1 : value, size)
    },
  }
}
