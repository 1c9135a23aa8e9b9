import { describe, expect, it } from 'vitest'
import { createRandom } from '../testing/random.ts'
import { toFindings, toTable } from './report.ts'
import { type Figure, isFlat, judge, type Sample } from './verdict.ts'

const LOOKS = 120
const LOOK_MS = 10_000
const WARM_UP_MS = 60_000
const MB = 1024 * 1024

const samplesOf = (toFigures: (share: number) => Figure[]): Sample[] =>
  Array.from({ length: LOOKS }, (_, at) => ({
    atMs: at * LOOK_MS,
    figures: toFigures(at / (LOOKS - 1)),
  }))

function verdictOf(unit: Figure['unit'], value: (share: number) => number) {
  const samples = samplesOf((share) => [{ name: 'it', unit, value: value(share) }])
  return judge(samples, [], WARM_UP_MS).rows[0]?.verdict
}

/** Some at random, around nothing. */
function createNoise(most: number) {
  const random = createRandom(11)
  return () => ((random.below(2_001) - 1_000) / 1_000) * most
}

describe('a figure', () => {
  it('that stays what it is, is flat', () => {
    const noise = createNoise(10 * MB)
    expect(verdictOf('bytes', () => 60 * MB + noise())).toBe('flat')
    expect(verdictOf('count', () => 3)).toBe('flat')
  })

  it('that rises all the time grows, through noise as well', () => {
    const noise = createNoise(5 * MB)
    expect(verdictOf('bytes', (share) => 60 * MB + 20 * MB * share + noise())).toBe('growing')
    expect(verdictOf('count', (share) => Math.floor(20 * share))).toBe('growing')
  })

  it('that rises by next to nothing is flat', () => {
    expect(verdictOf('bytes', (share) => 60 * MB + MB * share)).toBe('flat')
    expect(verdictOf('count', (share) => Math.floor(2.5 * share))).toBe('flat')
  })

  it('that fills up and stays is flat', () => {
    expect(verdictOf('bytes', (share) => 60 * MB + 20 * MB * Math.min(1, 3 * share))).toBe('flat')
  })

  it('that falls is flat', () => {
    expect(verdictOf('bytes', (share) => 60 * MB - 20 * MB * share)).toBe('flat')
  })

  it('that fills up before the warm-up is over is flat', () => {
    const share = WARM_UP_MS / (LOOKS * LOOK_MS)
    expect(verdictOf('count', (at) => 1_000 * Math.min(1, at / share))).toBe('flat')
  })
})

it('takes a family that is not found for one without keys', () => {
  const samples = samplesOf((share) =>
    share < 0.5 ? [] : [{ name: 'keys of it', unit: 'count', value: 100 * share }],
  )
  expect(judge(samples, [], WARM_UP_MS).rows).toMatchObject([{ verdict: 'growing' }])
})

it('judges what is cut to a length by that, however long it takes to fill', () => {
  const verdictOf = (most: number) =>
    judge(
      samplesOf((share) => [{ name: 'it', unit: 'count', value: 100 * share, most }]),
      [],
      WARM_UP_MS,
    ).rows[0]?.verdict
  expect([verdictOf(100), verdictOf(99)]).toEqual(['bounded', 'growing'])
})

it('tells of what it is not to judge', () => {
  const samples = samplesOf((share) => [
    { name: 'open', unit: 'count', value: 100 * share, told: true },
  ])
  const verdict = judge(samples, [], WARM_UP_MS)
  expect(verdict.rows).toMatchObject([{ verdict: 'told' }])
  expect(isFlat(verdict)).toBe(true)
})

it('says what grows, and fails for a key of no family', () => {
  const samples = samplesOf((share) => [
    { name: 'keys a', unit: 'count', value: 7 },
    { name: 'keys b', unit: 'count', value: 100 * share },
  ])
  const verdict = judge(samples, ['{studio}:novel'], WARM_UP_MS)
  expect(isFlat(verdict)).toBe(false)
  expect(toFindings(verdict)).toEqual(['grows: keys b', expect.stringContaining('{studio}:novel')])
  expect(toTable(verdict).split('\n').slice(2)).toEqual([
    expect.stringMatching(/^\| keys b \|.*\| growing \|$/),
    '| keys a | 7 | 7 | 0 | 0 | flat |',
  ])
  expect(isFlat(judge(samples.slice(0, 3), ['{studio}:novel'], 0))).toBe(false)
  expect(isFlat(judge(samples.slice(0, 3), [], 0))).toBe(true)
})
