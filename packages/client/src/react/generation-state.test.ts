import type { JobEventView } from '@safelight/shared'
import { expect, it } from 'vitest'
import { eventOf } from '../testing/jobs.ts'
import { appendEvent, EVENTS_AT_MOST } from './generation-state.ts'

const logOf = (events: JobEventView[]) => events.reduce<JobEventView[]>(appendEvent, [])
const seqsOf = (events: readonly JobEventView[]) => events.map(({ seq }) => seq)

it('drops progress before anything else, the oldest first', () => {
  const events = Array.from({ length: EVENTS_AT_MOST + 500 }, (_, at) =>
    eventOf(at + 1, at % 100 === 0 ? 'status' : 'progress'),
  )
  const kept = logOf(events)
  expect(kept).toHaveLength(EVENTS_AT_MOST)
  expect(kept.filter(({ type }) => type === 'status')).toHaveLength(25)
  expect(kept.at(-1)?.seq).toBe(EVENTS_AT_MOST + 500)
  expect(seqsOf(kept)).toEqual(seqsOf(kept).toSorted((a, b) => a - b))
})

it('is bounded even when nothing is progress', () => {
  const kept = logOf(Array.from({ length: EVENTS_AT_MOST + 2 }, (_, at) => eventOf(at + 1)))
  expect([kept.length, kept[0]?.seq]).toEqual([EVENTS_AT_MOST, 3])
})

it('lets another history take the place of the one that was lost', () => {
  const other: JobEventView = { ...eventOf(2), stamp: 'other' }
  expect(logOf([eventOf(1), eventOf(2), eventOf(3), other])).toEqual([eventOf(1), other])
})
