/** What may replace what is known of a job. */
import { describe, expect, it } from 'vitest'
import { jobView } from '../testing/job-view.ts'
import { type KnownJob, mergeUpdate, mergeView, toUpdate } from './merge-job.ts'

const NOW = 1_000

function polled(changes: Parameters<typeof jobView>[0]): KnownJob {
  return { update: toUpdate(jobView(changes), NOW), watched: false }
}

function watched(changes: Parameters<typeof jobView>[0]): KnownJob {
  return { ...polled(changes), watched: true }
}

describe('a poll', () => {
  it('tells of a job that was not known', () => {
    expect(mergeView(undefined, jobView({ seq: 3 }), NOW)).toEqual(polled({ seq: 3 }))
  })

  it('replaces what is older', () => {
    const known = mergeView(watched({ seq: 3, status: 'running' }), jobView({ seq: 4 }), NOW)
    expect(known.update.snapshot).toMatchObject({ seq: 4, status: 'queued' })
    expect(known.watched).toBe(false)
  })

  it('never replaces what is newer, however it was learned', () => {
    for (const held of [polled({ seq: 5, status: 'succeeded' }), watched({ seq: 5 })]) {
      expect(mergeView(held, jobView({ seq: 4, status: 'running' }), NOW)).toBe(held)
    }
  })

  it('changes nothing, not even the object, when it says the same again', () => {
    const held = watched({ seq: 5, queue_position: 2 })
    expect(mergeView(held, jobView({ seq: 5, queue_position: 2 }), NOW)).toBe(held)
  })

  it('brings what changes without an event: the place in line, and what became of a dead letter', () => {
    const held = polled({ seq: 5, queue_position: 2, dead_letter: true })
    const place = { queue_position: 1, eta_ms: 9_000 }
    const view = jobView({ seq: 5, ...place, dead_letter: false, replayed_by: 'other' })
    const known = mergeView(held, view, NOW + 1)
    expect(known.update).toMatchObject({ queuePosition: 1, etaMs: 9_000 })
    expect(known.update.snapshot).toMatchObject({ deadLetter: false, replayedBy: 'other' })
    expect(known.update.movedAt).toBe(held.update.movedAt)
  })
})

describe('a watch', () => {
  it('replaces what is older or as old', () => {
    for (const seq of [4, 5]) {
      const { update } = watched({ seq: 5, status: 'running' })
      expect(mergeUpdate(polled({ seq }), update)).toEqual({ update, watched: true })
    }
  })

  it('does not take back what a poll has brought already', () => {
    const held = polled({ seq: 7 })
    expect(mergeUpdate(held, watched({ seq: 5 }).update)).toBe(held)
  })

  it('may begin again at a lower number: the server has lost the history it told of', () => {
    const { update } = watched({ seq: 2 })
    expect(mergeUpdate(watched({ seq: 7 }), update).update).toBe(update)
  })
})

describe('a polled job in the shape of a watch', () => {
  it('has its times in milliseconds', () => {
    const view = jobView({
      started_at: '2026-01-01T12:00:05.250Z',
      metrics: { queue_ms: 5_250, prepare_ms: null, execution_ms: null, collect_ms: null },
      limits: { start_by: null, timeout_s: 90, node_retries: 1 },
    })
    const { snapshot } = toUpdate(view, NOW)
    expect(snapshot.startedAt).toBe(snapshot.createdAt + 5_250)
    expect(snapshot.times.queue).toBe(5_250)
    expect(snapshot.limits).toEqual({ startBy: null, timeoutMs: 90_000, nodeRetries: 1 })
  })
})
