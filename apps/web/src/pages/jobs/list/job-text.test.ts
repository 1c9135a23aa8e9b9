/** What a row says of its job. */
import { toJobDisplay } from '@safelight/client'
import { describe, expect, it } from 'vitest'
import { toUpdate } from '../data/merge-job.ts'
import { jobView } from '../testing/job-view.ts'
import { toLine, toTookMs } from './job-text.ts'

function lineOf(changes: Parameters<typeof jobView>[0]): string {
  const update = toUpdate(jobView(changes), 0)
  return toLine(update, toJobDisplay(update, { now: 0 }))
}

function output(name: string) {
  return {
    id: name,
    node_id: '9',
    name,
    type: 'image' as const,
    content_type: 'image/png',
    size_bytes: 1,
    hash: 'blake3:0',
    url: `http://safelight.test/${name}`,
    url_expires_at: '2026-01-02T00:00:00Z',
    job_id: 'job',
  }
}

describe('the line of a job', () => {
  it('is its place in line while it waits', () => {
    expect(lineOf({ queue_position: 0 })).toBe('Next in line')
    expect(lineOf({ queue_position: 3 })).toBe('3 jobs ahead')
    expect(lineOf({ queue_position: 3, eta_ms: 120_000 })).toBe(
      'done in about 2 min · 3 jobs ahead',
    )
  })

  it('says that it is not the first try', () => {
    expect(lineOf({ status: 'running', phase: 'preparing', attempt: 2 })).toMatch(/^Attempt 2 · ./)
  })

  it('says how long it takes before what it does, as there may be room for one only', () => {
    const node = { id: '3', class: 'KSampler', title: null, value: 9, max: 20 }
    const progress = {
      value: 0.4,
      nodes_done: 3,
      nodes_total: 7,
      current_node: '3',
      current_node_class: 'KSampler',
      step: 9,
      steps: 20,
      message: null,
      kind: 'node' as const,
      node,
      eta_ms: 25_000,
    }
    const line = lineOf({ status: 'running', phase: 'executing', progress })
    expect(line).toBe('about 25 s left · KSampler 9/20')
  })

  it('names what it made', () => {
    expect(lineOf({ status: 'succeeded', outputs: [] })).toBe('It made no files')
    expect(lineOf({ status: 'succeeded', outputs: [output('a.png')] })).toBe('a.png')
    expect(
      lineOf({ status: 'succeeded', outputs: [output('a.png'), output('b.png'), output('c.png')] }),
    ).toBe('a.png and 2 more')
  })

  it('is the first line of the reason once it failed', () => {
    const error = { code: 'out_of_memory', message: 'no memory\nat node 3' } as const
    expect(lineOf({ status: 'failed', error })).toBe('no memory')
  })

  it('says when it was canceled', () => {
    expect(lineOf({ status: 'canceled' })).toBe('Before it ran')
    const times = {
      started_at: '2026-01-01T12:00:00Z',
      completed_at: '2026-01-01T12:00:12Z',
    }
    expect(lineOf({ status: 'canceled', ...times })).toBe('After 12 s')
  })
})

describe('how long a job took', () => {
  it('counts on while it runs, and is nothing before', () => {
    expect(toTookMs({ startedAt: null, completedAt: null }, 9)).toBeNull()
    expect(toTookMs({ startedAt: 5, completedAt: null }, 9)).toBe(4)
    expect(toTookMs({ startedAt: 5, completedAt: 6 }, 9)).toBe(1)
  })

  it('is never negative, whatever the clocks say', () => {
    expect(toTookMs({ startedAt: 9, completedAt: null }, 5)).toBe(0)
  })
})
