/** Shapes of about the same area. */
import { expect, it } from 'vitest'
import { toSizePresets } from './size-presets.ts'

it('keeps the area, whichever shape is chosen how often', () => {
  for (const side of [64, 96, 128, 152, 192, 256, 384, 512, 640, 768, 1024, 1536, 2048]) {
    const presets = toSizePresets({ width: side, height: side })
    expect(presets[0]?.size).toEqual({ width: side, height: side })
    for (const { size } of presets) expect(toSizePresets(size)).toEqual(presets)
  }
})

it('offers three shapes that differ, whatever the size: at most one of them is lit', () => {
  for (let width = 1; width <= 600; width += 1) {
    for (const height of [1, 64, 128, 160, width, 2 * width]) {
      const shapes = toSizePresets({ width, height }).map(({ size }) => size)
      expect(new Set(shapes.map((size) => `${size.width}×${size.height}`)).size).toBe(3)
    }
  }
})

it('knows the shapes of common models', () => {
  const sizes = toSizePresets({ width: 512, height: 512 }).map(({ size }) => size)
  expect(sizes).toEqual([
    { width: 512, height: 512 },
    { width: 448, height: 640 },
    { width: 640, height: 448 },
  ])
  expect(toSizePresets({ width: 1, height: 1 })[0]?.size).toEqual({ width: 64, height: 64 })
})
