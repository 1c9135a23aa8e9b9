/** What counts as more prompts on a host than it has slots. */
import type { JobEvent } from '@safelight/shared'
import { expect, it } from 'vitest'
import { findOverfull } from './slots.ts'

const of = { jobId: '', stamp: '', follows: '', seq: 1, type: 'status' } as const
const running = (ts: number, attempt = 1) =>
  ({ ...of, ts, status: 'running', phase: 'executing', attempt }) satisfies JobEvent
const queued = (ts: number) => ({ ...of, ts, status: 'queued', phase: null }) satisfies JobEvent
const collecting = (ts: number) =>
  ({ ...of, ts, status: 'running', phase: 'collecting' }) satisfies JobEvent
const canceled = (ts: number) => ({ ...of, ts, status: 'canceled', phase: null }) satisfies JobEvent

const SEEN = { host: 'host-1', at: 500, marks: ['a1', 'b1', 'c1'] }
const attemptOf = new Map(
  ['a', 'b', 'c'].map((jobId) => [`${jobId}1`, { jobId, attempt: 1 }] as const),
)

function find(c: JobEvent[], sightings = [SEEN]) {
  const histories = [
    { jobId: 'a', events: [running(100)] },
    { jobId: 'b', events: [running(100)] },
    { jobId: 'c', events: c },
  ]
  return findOverfull(sightings, { slots: 2, histories, attemptOf })
}

it('is three prompts that their jobs still have there, told once for as long as it lasts', () => {
  const found = find([running(400)], [SEEN, { ...SEEN, at: 550 }])
  expect(found).toEqual(['host-1 held 3 at 500: a, b, c'])
})

it('is a prompt that is nobody’s, too', () => {
  expect(find([running(400)], [{ ...SEEN, marks: ['a1', 'b1', 'x'] }])).toHaveLength(1)
})

it.each<[string, JobEvent[]]>([
  ['waits again', [running(100), queued(300), running(600)]],
  ['is at its next attempt', [running(100), queued(300), running(400, 2)]],
  ['only waits for its outputs', [running(100), collecting(499)]],
  ['has ended', [running(100), canceled(400)]],
])('is not a prompt whose job %s', (_, events) => {
  expect(find(events)).toEqual([])
})
