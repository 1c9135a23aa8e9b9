/** The tables of baseline JPEG that everyone uses: the standard's annex K. */

export interface HuffmanCode {
  /** How many codes there are of 1, 2, … 16 bits. */
  readonly counts: Buffer
  readonly symbols: Buffer
}

export interface ChannelTables {
  readonly quantization: readonly number[]
  readonly dc: HuffmanCode
  readonly ac: HuffmanCode
}

/** Where a coefficient, row by row, stands in the file's order. */
export const ZIGZAG: readonly number[] = [
  0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11, 18,
  24, 31, 40, 44, 53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34, 37,
  47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63,
]

const DC_SYMBOLS = '000102030405060708090a0b'
/** The longest runs of symbols are the same in both tables. */
const LUMA_AC_SYMBOLS =
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a' +
  '25262728292a3435363738393a434445464748494a535455565758595a636465666768696a73747576777879' +
  '7a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9' +
  'cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa'
const CHROMA_AC_SYMBOLS =
  '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f117' +
  '18191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778' +
  '797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7' +
  'c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa'

function code(counts: string, symbols: string): HuffmanCode {
  return { counts: Buffer.from(counts, 'hex'), symbols: Buffer.from(symbols, 'hex') }
}

export function lumaTables(): ChannelTables {
  return {
    quantization: [
      16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69,
      56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104,
      113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ],
    dc: code('00010501010101010100000000000000', DC_SYMBOLS),
    ac: code('0002010303020403050504040000017d', LUMA_AC_SYMBOLS),
  }
}

export function chromaTables(): ChannelTables {
  return {
    quantization: [
      17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99,
      99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
      99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ],
    dc: code('00030101010101010101010000000000', DC_SYMBOLS),
    ac: code('00020102040403040705040400010277', CHROMA_AC_SYMBOLS),
  }
}
