import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { loadShrink } from './shrink.ts'

const shrink = await loadShrink()
if (!shrink) throw new Error('sharp is not here')

const picture = (width: number, height: number, background = '#33669980') =>
  sharp({ create: { width, height, channels: 4, background } })

async function shrunk(bytes: Buffer, width: number) {
  const made = await shrink?.(Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]), width)
  return await sharp(made).metadata()
}

it.each(['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const)(
  'makes a %s small',
  async (format) => {
    const bytes = await picture(600, 400).toFormat(format).toBuffer()
    expect(await shrunk(bytes, 128)).toMatchObject({ format: 'webp', width: 128, height: 85 })
  },
)

it('makes nothing larger than it is', async () => {
  const bytes = await picture(60, 40).png().toBuffer()
  expect(await shrunk(bytes, 1_024)).toMatchObject({ width: 60, height: 40 })
})

it('stands photographs up, and says nothing of where they were taken', async () => {
  const bytes = await picture(600, 400).jpeg().withMetadata({ orientation: 6 }).toBuffer()
  const made = await shrunk(bytes, 128)
  expect(made).toMatchObject({ width: 128, height: 192 })
  expect(made.orientation).toBeUndefined()
  expect(made.exif).toBeUndefined()
})

it('makes very high pictures narrower, and takes the first frame of what moves', async () => {
  const high = await picture(20, 4_000).png().toBuffer()
  expect(await shrunk(high, 128)).toMatchObject({ width: 3, height: 512 })
  const frames = [picture(50, 50), picture(50, 50, '#ffcc00')].map((one) => one.png().toBuffer())
  const gif = await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toBuffer()
  expect((await sharp(gif).metadata()).pages).toBe(2)
  const made = await shrunk(gif, 128)
  expect(made).toMatchObject({ width: 50, height: 50 })
  expect(made.pages ?? 1).toBe(1)
})

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'

it.each([
  ['half a picture', async () => (await picture(600, 400).png().toBuffer()).subarray(0, 200), /./],
  ['a vector graphic', async () => Buffer.from(SVG), 'unsupported image format'],
  ['text', async () => Buffer.from('hello'), 'unsupported image format'],
  ['nothing', async () => Buffer.alloc(0), 'unsupported image format'],
  ['a picture of too many pixels', async () => claim(17_000, 8_000), 'pixel limit'],
  ['one of fewer in passes', async () => claim(5_000, 4_000, { progressive: true }), 'pixel limit'],
  ['one of fewer that is decoded at once', async () => claimAvif(5_000, 4_000), 'pixel limit'],
])('refuses %s', async (_what, make, why) => {
  await expect(shrunk(await make(), 128)).rejects.toThrow(why)
})

/** A small file that says it is a large picture. */
async function claim(width: number, height: number, options = {}) {
  const bytes = await picture(8, 8).png(options).toBuffer()
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

async function claimAvif(width: number, height: number) {
  const bytes = await picture(64, 64).avif({ effort: 0 }).toBuffer()
  for (let at = bytes.indexOf('ispe'); at !== -1; at = bytes.indexOf('ispe', at + 1)) {
    bytes.writeUInt32BE(width, at + 8)
    bytes.writeUInt32BE(height, at + 12)
  }
  return bytes
}
