import * as fc from 'fast-check'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { readPictureSize } from './picture-size.ts'

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } })

it.each([
  ['png', (width: number, height: number) => picture(width, height).png()],
  ['gif', (width: number, height: number) => picture(width, height).gif()],
  ['jpeg', (width: number, height: number) => picture(width, height).jpeg()],
  [
    'progressive jpeg',
    (width: number, height: number) => picture(width, height).jpeg({ progressive: true }),
  ],
  ['webp', (width: number, height: number) => picture(width, height).webp()],
  [
    'lossless webp',
    (width: number, height: number) => picture(width, height).webp({ lossless: true }),
  ],
  [
    'webp with an alpha channel',
    (width: number, height: number) => picture(width, height).ensureAlpha(0.5).webp(),
  ],
])('reads the size of a %s from its head', async (_name, make) => {
  const file = await make(611, 47).toBuffer()
  expect(readPictureSize(file)).toEqual({ width: 611, height: 47 })
  // also where it is not at the beginning of its memory
  const moved = Buffer.concat([Buffer.alloc(3), file])
  expect(readPictureSize(new Uint8Array(moved.buffer, moved.byteOffset + 3, file.length))).toEqual({
    width: 611,
    height: 47,
  })
})

it.each([
  [1, 60, 40],
  [3, 60, 40],
  [6, 40, 60],
  [8, 40, 60],
])('stands a photograph of orientation %i up', async (orientation, width, height) => {
  const file = await picture(60, 40).jpeg().withMetadata({ orientation }).toBuffer()
  expect(readPictureSize(file)).toEqual({ width, height })
})

it('says nothing of what is no picture, and of nonsense', async () => {
  const none = [
    Buffer.alloc(0),
    Buffer.from('hello'),
    Buffer.from('GIF89a'),
    Buffer.alloc(64, 0xff),
  ]
  for (const bytes of none) expect(readPictureSize(bytes)).toBeNull()
  const huge = await picture(5, 5).png().toBuffer()
  huge.writeUInt32BE(0xffffffff, 16)
  expect(readPictureSize(huge)).toBeNull()
})

it('takes any bytes for what they are: never throws, and says only sizes that can be', async () => {
  const heads = await Promise.all([
    picture(9, 7).png().toBuffer(),
    picture(9, 7).gif().toBuffer(),
    picture(9, 7).webp().toBuffer(),
    picture(9, 7).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  ])
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }),
      fc.nat(400),
      (head, changes, length) => {
        const bytes = Buffer.from(head.subarray(0, length))
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const { width, height } = readPictureSize(bytes) ?? { width: 1, height: 1 }
        expect(Math.min(width, height)).toBeGreaterThan(0)
        expect(Math.max(width, height)).toBeLessThanOrEqual(1_000_000)
      },
    ),
    { numRuns: 2_000 },
  )
})
