import { describe, expect, it } from 'vitest'
import { formatSize } from './format-size.ts'

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [640, '640 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [48_700, '48 KB'],
    [1_048_300, '1 MB'],
    [1_300_000, '1.2 MB'],
    [250_000_000, '238 MB'],
    [5_000_000_000_000, '4657 GB'],
  ])('of %i bytes is %s', (bytes, words) => {
    expect(formatSize(bytes)).toBe(words)
  })
})
