/**
 * A PNG of pixels as they are. A canvas would not do: it keeps colours multiplied by their alpha, so that under a
 * mask (alpha 0) nothing of the picture would be left.
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const CHANNELS = 4
/** Eight bits of red, green, blue and alpha. */
const DEPTH_AND_COLORS = [8, 6, 0, 0, 0]

export interface Pixels {
  width: number
  height: number
  /** Red, green, blue, alpha; row by row. */
  data: Uint8ClampedArray | Uint8Array
}

export async function encodePng(pixels: Pixels): Promise<Blob> {
  const { width, height } = pixels
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set(DEPTH_AND_COLORS, 8)
  const body = await deflate(toRows(pixels))
  return new Blob(
    [
      new Uint8Array(SIGNATURE),
      toChunk('IHDR', header),
      toChunk('IDAT', body),
      toChunk('IEND', new Uint8Array()),
    ],
    { type: 'image/png' },
  )
}

/** Each row as the difference to the one above it, which packs better than the colours do. */
function toRows({ width, height, data }: Pixels): Uint8Array<ArrayBuffer> {
  const length = width * CHANNELS
  const rows = new Uint8Array((length + 1) * height)
  for (let y = 0; y < height; y += 1) {
    const to = y * (length + 1)
    const from = y * length
    rows[to] = 2
    for (let x = 0; x < length; x += 1) {
      const above = y === 0 ? 0 : (data[from - length + x] ?? 0)
      rows[to + 1 + x] = (data[from + x] ?? 0) - above
    }
  }
  return rows
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

function toChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(data.length + 12)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length)
  for (let at = 0; at < 4; at += 1) chunk[4 + at] = type.charCodeAt(at)
  chunk.set(data, 8)
  view.setUint32(data.length + 8, checksum(chunk.subarray(4, data.length + 8)))
  return chunk
}

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (CHECKSUMS[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}
