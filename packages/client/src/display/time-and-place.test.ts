import { describe, expect, it } from 'vitest'
import { progressOf, T0, updateOf } from '../testing/jobs.ts'
import { toJobDisplay } from './job-display.ts'
import { formatDuration, formatEstimate } from './duration.ts'
import { formatSize } from './size.ts'

const running = updateOf({ progress: progressOf({ eta_ms: 30_000 }) })
const etaAt = (seconds: number) => toJobDisplay(running, { now: T0 + seconds * 1_000 }).eta

describe('the estimate', () => {
  it('counts down between two events', () => {
    expect([0, 10, 18, 27, 30, 34].map(etaAt)).toEqual([
      'about 30 s left',
      'about 20 s left',
      'about 12 s left',
      'a few seconds left',
      'a few seconds left',
      'a few seconds left',
    ])
  })

  it('is given up when it was wrong', () => {
    expect(etaAt(36)).toBeNull()
  })

  it('is not upset by a clock that lags', () => {
    expect(etaAt(-3)).toBe('about 30 s left')
  })

  it('is kept back while it is no news', () => {
    const options = { now: T0 }
    expect(toJobDisplay({ ...running, connection: 'reconnecting' }, options).eta).toBeNull()
    expect(toJobDisplay({ ...running, movedAt: T0 - 61_000 }, options).eta).toBeNull()
    for (const status of ['queued', 'canceling', 'succeeded', 'failed'] as const) {
      expect(toJobDisplay(updateOf({ status, progress: progressOf() }), options).eta).toBeNull()
    }
    expect(
      toJobDisplay(updateOf({ progress: progressOf({ eta_ms: null }) }), options).eta,
    ).toBeNull()
  })
})

describe('the estimate of a job in line', () => {
  const waits = (etaMs: number | null, over = {}) =>
    toJobDisplay(
      updateOf({ status: 'queued', phase: null }, { queuePosition: 2, etaMs, ...over }),
      {
        now: T0 + 90_000,
      },
    )

  it('is until it is done, as the server said it last', () => {
    expect(waits(150_000)).toMatchObject({ node: '2 jobs ahead', eta: 'done in about 3 min' })
    expect(waits(2_000).eta).toBe('done in a few seconds')
  })

  it('is not there while nobody can say, or nothing is heard', () => {
    expect(waits(null).eta).toBeNull()
    expect(waits(150_000, { connection: 'reconnecting' }).eta).toBeNull()
  })
})

describe('a job that does not move', () => {
  const said = (quietMs: number, more = {}) =>
    toJobDisplay(updateOf(), { now: T0 + quietMs, ...more }).stalled

  it('says so from a minute on, and for how long', () => {
    expect(said(59_999)).toBeNull()
    expect(said(60_000)).toContain('Nothing has moved for 1 min.')
    expect(said(65_000)).toContain('Nothing has moved for 1 min 5 s.')
  })

  it('says so when it was asked to', () => {
    expect(said(5_000, { stalledAfterMs: 4_000 })).toContain('Nothing has moved for 5.0 s.')
  })

  it('is not called stalled while its host has it in its queue, behind another prompt', () => {
    const staged = updateOf({ phase: 'submitted' })
    expect(toJobDisplay(staged, { now: T0 + 90_000 }).stalled).toBeNull()
    expect(toJobDisplay(staged, { now: T0 + 90_000 }).badge.kind).toBe('connected')
  })

  it('is not called stalled when it waits, has ended, or cannot be heard', () => {
    expect(said(90_000, { connection: 'reconnecting' })).toBeNull()
    for (const status of ['queued', 'succeeded', 'failed', 'canceled'] as const) {
      expect(toJobDisplay(updateOf({ status }), { now: T0 + 90_000 }).stalled).toBeNull()
    }
  })
})

describe('the place in a batch', () => {
  const imageOf = (
    metadata: Record<string, unknown> | null,
    batch?: { index: number; count: number },
  ) => toJobDisplay(updateOf({ metadata }), { now: T0, batch }).image

  it('is what the metadata says, or what it is told', () => {
    expect(imageOf({ batch_index: 1, batch_count: 4 })).toBe('Image 1 of 4')
    expect(imageOf({ batch_index: 1, batch_count: 4 }, { index: 2, count: 3 })).toBe('Image 2 of 3')
    expect(toJobDisplay(null, { now: T0, batch: { index: 2, count: 3 } }).image).toBe(
      'Image 2 of 3',
    )
  })

  it.each([
    null,
    {},
    { batch_index: 1, batch_count: 1 },
    { batch_index: 0, batch_count: 4 },
    { batch_index: 5, batch_count: 4 },
    { batch_index: '1', batch_count: 4 },
    { batch_index: 1.5, batch_count: 4 },
    { batch_index: 1, batch_count: Number.NaN },
  ])('is not made up from %o', (metadata) => {
    expect(imageOf(metadata)).toBeNull()
  })

  it('is not said of the only one', () => {
    expect(toJobDisplay(null, { now: T0, batch: { index: 1, count: 1 } }).image).toBeNull()
  })
})

describe('durations', () => {
  it.each([
    [-5, '0.0 s'],
    [800, '0.8 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [3_599_700, '1 h'],
    [7_440_000, '2 h 4 min'],
  ])('%i ms are %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words)
  })

  it.each([
    [-1, 'a few seconds'],
    [3_900, 'a few seconds'],
    [12_400, 'about 12 s'],
    [43_000, 'about 45 s'],
    [190_000, 'about 3 min'],
    [7_200_000, 'about 2.0 h'],
  ])('%i ms left are %s', (ms, words) => {
    expect(formatEstimate(ms)).toBe(words)
  })

  it('say how long it took, without the wait in line', () => {
    const done = updateOf({ status: 'succeeded', startedAt: T0, completedAt: T0 + 12_345 })
    expect(toJobDisplay(done, { now: T0 }).took).toBe('in 12 s')
    expect(toJobDisplay(updateOf(), { now: T0 }).took).toBeNull()
  })
})

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
