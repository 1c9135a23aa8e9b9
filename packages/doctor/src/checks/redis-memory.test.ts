/** Where it leads if jobs come in as they do. */
import { expect, it } from 'vitest'
import { judgeGrowth } from './redis-memory.ts'

const MB = 1024 ** 2
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** 1000 jobs within a day, of 10 kB each, in a Redis of 100 MB. */
function judge({ kept = 1_000, lately = 1_000, overMs = DAY_MS, max = 100 * MB, days = 1 } = {}) {
  return judgeGrowth({
    memory: { used: MB + kept * 10_240, max, startup: MB },
    intake: { kept, lately, overMs },
    highWaterPercent: 90,
    retentionMs: days * DAY_MS,
  }).map(({ verdict, found }) => `${verdict} ${found}`)
}

it('a RETENTION for which there is no room is told, with when it is full', () => {
  expect(judge({ days: 3_650 })).toEqual([
    'warn RETENTION is 3650 d: at the present rate (1000 jobs in 24 h) Redis is full in 8 d; all of it takes 35 GB',
  ])
  // faster
  expect(judge({ overMs: HOUR_MS, days: 2 })[0]).toContain(
    '(1000 jobs in 60 min) Redis is full in 8 h',
  )
})

it('is told of a Redis that is full already, too', () => {
  expect(judge({ kept: 10_000, days: 3_650 })[0]).toContain('full in 0 min')
})

it('a RETENTION for which there is room is fine, also when that many are there', () => {
  expect(judge({ days: 8 })).toEqual([
    'ok jobs of 8 d (RETENTION) take 79 MB, at 1000 jobs in 24 h',
  ])
  expect(judge({ days: 9 })[0]).toMatch(/^ok/)
  expect(judge({ days: 10 })[0]).toMatch(/^warn/)
  // nine days of it are there, and those of the tenth day before go: it grows no more
  expect(judge({ kept: 8_500, days: 8 })[0]).toMatch(/^ok/)
})

it('says nothing where nobody can tell', () => {
  const long = { days: 3_650 }
  expect(judge({ ...long, max: 0 })).toEqual([])
  expect(judge({ ...long, lately: 99 })).toEqual([])
  expect(judge({ ...long, overMs: 5 * 60_000 })).toEqual([])
})
