import type { JobEventView, SnapshotView } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { toTimeline } from './timeline.ts'

const BORN = 1_000_000

function toSnapshot(patch: Partial<SnapshotView> = {}): SnapshotView {
  return { ...newSnapshot({ createdAt: BORN }), outputs: [], ...patch }
}

type Body = JobEventView extends infer E
  ? E extends JobEventView
    ? Omit<E, 'jobId' | 'seq' | 'ts' | 'stamp' | 'follows'>
    : never
  : never

/** One event a second, from the second after the job was accepted. */
function toEvents(bodies: Body[], from = 1): JobEventView[] {
  return bodies.map((body, index) => {
    const seq = from + index
    const envelope = { jobId: 'job', seq, ts: BORN + seq * 1_000 }
    return { ...body, ...envelope, stamp: `s${seq}`, follows: `s${seq - 1}` }
  })
}

const taken = (attempt: number, hostId: string): Body => ({
  type: 'status',
  status: 'running',
  phase: 'preparing',
  attempt,
  hostId,
})
const phase = (name: 'submitted' | 'executing' | 'collecting'): Body => ({
  type: 'status',
  status: 'running',
  phase: name,
})
const back: Body = { type: 'status', status: 'queued', phase: null, hostId: null }
const done: Body = { type: 'status', status: 'succeeded', phase: null }
const tick: Body = {
  type: 'progress',
  progress: {
    value: 0.5,
    nodes_done: 1,
    nodes_total: 2,
    current_node: null,
    current_node_class: null,
    step: null,
    steps: null,
    message: null,
    kind: 'node',
    node: null,
    eta_ms: null,
  },
}
const PRINT = {
  id: 'print',
  job_id: 'job',
  node_id: '9',
  name: 'lighthouse.png',
  type: 'image' as const,
  content_type: 'image/png',
  size_bytes: 1,
  hash: 'blake3:00',
  url: 'http://127.0.0.1/print',
  url_expires_at: '2030-01-01T00:00:00.000Z',
}

function lines(snapshot: SnapshotView, events: JobEventView[]): string[] {
  return toTimeline(snapshot, events).map(({ at, title, detail }) => {
    const words = detail ? `${title}: ${detail}` : title
    return `+${(at - BORN) / 1_000} ${words}`
  })
}

describe('the timeline', () => {
  it('tells a job from its events, without each tick', () => {
    const events = toEvents([
      taken(1, 'gpu-1'),
      phase('submitted'),
      tick,
      phase('executing'),
      tick,
      phase('collecting'),
      { type: 'output', output: PRINT },
      tick,
      done,
    ])
    expect(lines(toSnapshot(), events)).toEqual([
      '+0 Accepted',
      '+1 Taken by gpu-1',
      '+2 Handed to the host',
      '+4 Executing',
      '+6 Storing outputs',
      '+7 Output stored: lighthouse.png',
      '+9 Done',
    ])
  })

  it('shows that it was tried again, and where', () => {
    const events = toEvents([taken(1, 'gpu-1'), phase('executing'), back, taken(2, 'gpu-2'), done])
    expect(lines(toSnapshot(), events)).toEqual([
      '+0 Accepted',
      '+1 Taken by gpu-1',
      '+2 Executing',
      '+3 Back in line: Attempt 1 ended early; it is tried again',
      '+4 Attempt 2 on gpu-2',
      '+5 Done',
    ])
  })

  it('shows that another worker took the same attempt up', () => {
    const events = toEvents([
      taken(1, 'gpu-1'),
      phase('executing'),
      taken(1, 'gpu-1'),
      phase('executing'),
    ])
    const moments = toTimeline(toSnapshot(), events)
    expect(moments.map(({ title }) => title)).toEqual([
      'Accepted',
      'Taken by gpu-1',
      'Executing',
      'Taken up again on gpu-1',
      'Executing',
    ])
    expect(new Set(moments.map(({ key }) => key)).size).toBe(moments.length)
  })

  it('tells each warning once, and a phase that is said again not at all', () => {
    const warning = { code: 'execution_blocked' as const, message: 'blocked', node_id: '7' }
    const events = toEvents([
      taken(1, 'gpu-1'),
      phase('executing'),
      { type: 'status', status: 'running', phase: 'executing', warnings: [warning] },
      { type: 'status', status: 'running', phase: 'collecting', warnings: [warning] },
    ])
    expect(lines(toSnapshot(), events).slice(2)).toEqual([
      '+2 Executing',
      '+3 Warning: blocked',
      '+4 Storing outputs',
    ])
  })

  it('says in one line why the job failed', () => {
    const error = { code: 'node_execution_error' as const, message: 'it broke\nin two lines' }
    const events = toEvents([
      taken(1, 'gpu-1'),
      { type: 'status', status: 'failed', phase: null, error },
    ])
    expect(lines(toSnapshot(), events).at(-1)).toBe('+2 Failed: it broke')
  })

  it('comes from the record when no event is kept any more', () => {
    const snapshot = toSnapshot({
      status: 'succeeded',
      attempt: 1,
      hostId: 'gpu-1',
      startedAt: BORN + 1_000,
      completedAt: BORN + 10_000,
      times: { queue: 1_000, prepare: 2_000, execute: 5_000, collect: 2_000 },
      outputs: [PRINT],
    })
    expect(lines(snapshot, [])).toEqual([
      '+0 Accepted',
      '+1 Taken by gpu-1',
      '+3 Executing',
      '+8 Storing outputs',
      '+10 Output stored: lighthouse.png',
      '+10 Done',
    ])
  })

  it('remembers that there was an attempt before the last one', () => {
    const snapshot = toSnapshot({
      status: 'running',
      attempt: 3,
      hostId: 'gpu-2',
      startedAt: BORN + 1_000,
      times: { queue: 60_000, prepare: null, execute: null, collect: null },
    })
    expect(lines(snapshot, [])).toEqual([
      '+0 Accepted',
      '+1 Taken by a host',
      '+60 Attempt 3 on gpu-2',
    ])
  })

  it('joins what the record knows with the events that are left, telling nothing twice', () => {
    const snapshot = toSnapshot({
      status: 'succeeded',
      attempt: 1,
      hostId: 'gpu-1',
      startedAt: BORN + 1_000,
      completedAt: BORN + 602_000,
      times: { queue: 1_000, prepare: 2_000, execute: 596_990, collect: 2_000 },
      outputs: [PRINT],
    })
    const events = toEvents(
      [tick, phase('collecting'), { type: 'output', output: PRINT }, done],
      599,
    )
    expect(lines(snapshot, events)).toEqual([
      '+0 Accepted',
      '+1 Taken by gpu-1',
      '+3 Executing',
      '+600 Storing outputs',
      '+601 Output stored: lighthouse.png',
      '+602 Done',
    ])
  })

  it('knows a job that waits', () => {
    expect(lines(toSnapshot(), [])).toEqual(['+0 Accepted'])
  })
})
