/** Masks: what was painted, and the file that comes of it. */
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { originalOf, toMaskedFile, toMaskedName, toMaskTags } from './mask-file.ts'
import type { Pixels } from './png.ts'
import { NOTHING_PAINTED, redo, undo, withDeed } from './strokes.ts'

/** Pixels of a PNG whose rows are each the difference to the one above. */
function readPixels(png: Buffer, width: number, height: number): number[] {
  const parts: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(png.subarray(at + 8, at + 8 + length))
    }
    at += length + 12
  }
  const rows = inflateSync(Buffer.concat(parts))
  const pixels: number[] = []
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width * 4; x += 1) {
      const above = y === 0 ? 0 : (pixels[(y - 1) * width * 4 + x] ?? 0)
      pixels.push(((rows[y * (width * 4 + 1) + 1 + x] ?? 0) + above) & 255)
    }
  }
  return pixels
}

/** What it has is not its own, as with the browser's. */
function asImageData(pixels: Pixels): Pixels {
  return Object.create(pixels) as Pixels
}

describe('a masked picture', () => {
  it('has alpha 0 where the mask is, and its colours beneath it', async () => {
    const picture = asImageData({
      width: 2,
      height: 2,
      data: Uint8Array.from([1, 2, 3, 255, 40, 50, 60, 255, 7, 8, 9, 255, 250, 240, 230, 255]),
    })
    const mask = {
      width: 2,
      height: 2,
      data: Uint8Array.from([0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 128, 9, 9, 9, 0]),
    }
    const file = await toMaskedFile('photo.jpg', picture, mask)
    expect([file.name, file.type]).toEqual(['photo-masked.png', 'image/png'])
    const png = Buffer.from(await file.arrayBuffer())
    expect(png.subarray(12, 29).toString('hex')).toBe('4948445200000002000000020806000000')
    // the checksum of the header, as any other writer of PNGs has it
    expect(png.readUInt32BE(29).toString(16)).toBe('72b60d24')
    expect(readPixels(png, 2, 2)).toEqual([
      1, 2, 3, 0, 40, 50, 60, 255, 7, 8, 9, 127, 250, 240, 230, 255,
    ])
  })

  it('remembers the picture it was made of, however often the mask is changed', () => {
    const tags = toMaskTags({ id: 'first', tags: [] })
    expect(originalOf({ tags })).toBe('first')
    expect(toMaskTags({ id: 'second', tags })).toEqual(tags)
    expect(originalOf({ tags: ['input'] })).toBeNull()
    expect(toMaskedName('photo-masked.png')).toBe('photo-masked.png')
    expect(toMaskedName('.png')).toBe('picture-masked.png')
  })
})

it('takes back what was painted last, and gives it back until something else is painted', () => {
  const one = withDeed(NOTHING_PAINTED, { kind: 'invert' })
  const two = withDeed(one, { kind: 'clear' })
  expect(undo(two)).toEqual({ done: one.done, undone: [{ kind: 'clear' }] })
  expect(redo(undo(two))).toEqual(two)
  expect(withDeed(undo(two), { kind: 'invert' }).undone).toEqual([])
  expect(undo(NOTHING_PAINTED)).toBe(NOTHING_PAINTED)
  expect(redo(two)).toBe(two)
})
