/** Ages in words. */
import { expect, it } from 'vitest'
import { toAge, toAgo } from './ago.tsx'

const NOW = 1_000_000_000_000

it.each([
  [0, 'just now'],
  [4_999, 'just now'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [59 * 60_000 + 59_000, '59 min ago'],
  [3_600_000, '1 h ago'],
  [86_400_000, '1 d ago'],
])('says what was %i ms ago as %s', (ms, words) => {
  expect(toAgo(NOW - ms, NOW)).toBe(words)
})

it('knows no future: another machine’s clock may be ahead', () => {
  expect(toAgo(NOW + 90_000, NOW)).toBe('just now')
  expect(toAge(NOW + 90_000, NOW)).toBeNull()
})
