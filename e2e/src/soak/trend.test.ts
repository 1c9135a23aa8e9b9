import { expect, it } from 'vitest'
import { createRandom } from '../testing/random.ts'
import { FEWEST_LOOKS, type Look, toTrend } from './trend.ts'

const HOUR_MS = 3_600_000
/** An hour, one look after the other. */
const looksOf = (count: number, value: (share: number) => number): Look[] =>
  Array.from({ length: count }, (_, at) => {
    const share = at / (count - 1)
    return { atMs: share * HOUR_MS, value: value(share) }
  })

it('tells a line by its slope, without an error', () => {
  const trend = toTrend(looksOf(360, (share) => 100 + 30 * share))
  expect(trend?.slope).toBeCloseTo(30)
  expect(trend?.error).toBeCloseTo(0)
  expect(trend?.hours).toBeCloseTo(1)
  expect(trend?.first).toBeCloseTo(102.5, 0)
  expect(trend?.last).toBeCloseTo(127.5, 0)
})

it('is as sure of a slope as the looks are apart', () => {
  const random = createRandom(7)
  const noisy = toTrend(looksOf(360, () => 100 + random.below(21) - 10))
  expect(Math.abs(noisy?.slope ?? Infinity)).toBeLessThan(4 * (noisy?.error ?? 0))
  expect(noisy?.error).toBeGreaterThan(0.5)
})

it('is less sure of a slope where looks resemble the ones before', () => {
  const random = createRandom(7)
  const dice = Array.from({ length: 360 }, () => random.below(21) - 10)
  const at = (share: number) => dice[Math.round(share * 359)] ?? 0
  const alone = toTrend(looksOf(360, at))
  const alike = toTrend(looksOf(360, (share) => at(Math.floor(share * 35.9) / 35.9)))
  expect(alike?.error).toBeGreaterThan(2 * (alone?.error ?? Infinity))
})

it('says nothing of too few looks', () => {
  expect(toTrend(looksOf(FEWEST_LOOKS - 1, () => 1))).toBeNull()
  expect(toTrend(looksOf(FEWEST_LOOKS, () => 1))).toMatchObject({ slope: 0, error: 0 })
})
