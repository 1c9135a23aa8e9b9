/** What brightness or colour is written with: one quality's divisors, and two codes. */
import { scaleAt } from './dct.ts'
import { createJpegCode, type JpegCode } from './jpeg-code.ts'
import type { JpegBits } from './jpeg-bits.ts'
import type { ChannelTables } from './jpeg-tables.ts'

export interface Channel {
  readonly tables: ChannelTables
  /** As the file states it: row by row, 1 to 255. */
  readonly divisors: readonly number[]
  /** What a transformed coefficient is multiplied with, row by row. */
  readonly factors: Float64Array
  readonly dc: JpegCode
  readonly ac: JpegCode
  /** The block being written, in the file's order. */
  readonly ordered: Int32Array
}

export function createChannel(
  tables: ChannelTables,
  { quality, bits }: { quality: number; bits: JpegBits },
): Channel {
  const percent = quality < 50 ? 5000 / quality : 200 - quality * 2
  const divisors = tables.quantization.map((value) =>
    Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100))),
  )
  return {
    tables,
    divisors,
    factors: Float64Array.from(divisors, (divisor, index) => 1 / (divisor * scaleAt(index))),
    dc: createJpegCode(tables.dc, bits),
    ac: createJpegCode(tables.ac, bits),
    ordered: new Int32Array(64),
  }
}
