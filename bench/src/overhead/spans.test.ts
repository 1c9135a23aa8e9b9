import { expect, it } from 'vitest'
import { gapsOf, rateOf } from './spans.ts'

const spans = (...times: [startedAt: number, endedAt: number][]) =>
  times.map(([startedAt, endedAt]) => ({ startedAt, endedAt }))

it('counts from the first end on each host: what was held or still cold before it is nobody’s rate', () => {
  // one a second, and two a second; the first of each was held for long
  const slow = spans([0, 9_000], [9_000, 10_000], [10_000, 11_000])
  const quick = spans([0, 9_000], [9_000, 9_500], [9_500, 10_000])
  expect(rateOf([slow])).toBe(1)
  expect(rateOf([slow, quick])).toBe(3)
  expect(rateOf([slow, [], spans([0, 1])])).toBe(1)
})

it('tells how long each host was idle between two of its own prompts', () => {
  expect(gapsOf([spans([0, 10], [10.25, 20], [25, 30]), spans([7, 8]), []])).toEqual([0.25, 5])
})
