import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JobEvent, type JobEventBody, jobEventSchema } from './events.ts'
import type { NodeStates } from './node-state.ts'
import type { Progress } from './progress.ts'
import { reduceJob } from './reduce-job.ts'
import { snapshotSchema } from './snapshot.ts'
import { isTerminal } from './status.ts'
import { newSnapshot, output } from '@safelight/testkit'
import { eventsArb, fold } from '@safelight/testkit/vitest'

const envelope = { jobId: 'job', stamp: 's', follows: 's' }

/** Events and a place to cut them. */
const cutArb = eventsArb.chain((events) =>
  fc.record({ events: fc.constant(events), cut: fc.nat(events.length) }),
)

describe('reduceJob', () => {
  it('makes the whole out of any snapshot and the events after it', () => {
    fc.assert(
      fc.property(cutArb, ({ events, cut }) => {
        const snapshot = fold(events.slice(0, cut))
        const after = events.filter((event) => event.seq > snapshot.seq)
        expect(fold(after, snapshot)).toEqual(fold(events))
      }),
    )
  })

  it('ignores what it already holds: overlaps, replays and duplicates change nothing', () => {
    fc.assert(
      fc.property(cutArb, ({ events, cut }) => {
        const whole = fold(events)
        expect(fold(events, whole)).toBe(whole)
        // a watcher that replays from further back than it had to
        expect(fold(events.slice(cut), whole)).toBe(whole)
        expect(fold(events.flatMap((event) => [event, event]))).toEqual(whole)
      }),
    )
  })

  it('never lets progress fall', () => {
    fc.assert(
      fc.property(eventsArb, (events) => {
        let snapshot = newSnapshot()
        for (const event of events) {
          const next = reduceJob(snapshot, event)
          expect(next.progress?.value ?? 0).toBeGreaterThanOrEqual(snapshot.progress?.value ?? 0)
          snapshot = next
        }
      }),
    )
  })

  it('changes nothing after the end', () => {
    fc.assert(
      fc.property(eventsArb, (events) => {
        const end = events.findIndex((event) => event.type === 'status' && isTerminal(event.status))
        fc.pre(end >= 0)
        const ended = fold(events.slice(0, end + 1))
        expect(ended.completedAt).toBe(events[end]?.ts)
        expect(fold(events, ended)).toBe(ended)
      }),
    )
  })

  it('counts every event until the end, and keeps each output once', () => {
    fc.assert(
      fc.property(eventsArb, (events) => {
        const end = events.findIndex((event) => event.type === 'status' && isTerminal(event.status))
        const snapshot = fold(events)
        expect(snapshot.seq).toBe(end < 0 ? events.length : end + 1)
        const ids = snapshot.outputs.map((output) => output.id)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('only makes snapshots that survive the way over the wire', () => {
    fc.assert(
      fc.property(eventsArb, (events) => {
        const sent: unknown = JSON.parse(JSON.stringify(events))
        expect(jobEventSchema.array().parse(sent).length).toBe(events.length)
        const snapshot = fold(events)
        const received: unknown = JSON.parse(JSON.stringify(snapshot))
        // JSON knows no −0
        expect(JSON.stringify(snapshotSchema.parse(received))).toBe(JSON.stringify(snapshot))
      }),
    )
  })

  it('remembers when a job first ran, however often it is handed back', () => {
    const run = (seq: number, ts: number) =>
      ({ ...envelope, type: 'status', status: 'running', phase: 'preparing', seq, ts }) as const
    const back = {
      ...envelope,
      type: 'status',
      status: 'queued',
      phase: null,
      seq: 2,
      ts: 20,
    } as const
    const snapshot = fold([run(1, 10), back, run(3, 30)])
    expect(snapshot.startedAt).toBe(10)
    expect(snapshot.completedAt).toBeNull()
  })

  it('forgets that a job had started which is taken back before its first attempt was one', () => {
    const run = { ...envelope, type: 'status', status: 'running', phase: 'preparing' } as const
    const back = { ...envelope, type: 'status', status: 'queued', phase: null } as const
    const begun = fold([{ ...run, seq: 1, ts: 10, attempt: 1 }])
    expect(begun).toMatchObject({ attempt: 1, startedAt: 10 })
    const first = reduceJob(begun, { ...back, seq: 2, ts: 20, attempt: 0 })
    expect(first).toMatchObject({ attempt: 0, startedAt: null })
    expect(reduceJob(begun, { ...back, seq: 2, ts: 20 })).toMatchObject({ startedAt: 10 })
    const second = fold([
      { ...run, seq: 1, ts: 10, attempt: 1 },
      { ...back, seq: 2, ts: 20 },
      { ...run, seq: 3, ts: 30, attempt: 2 },
      { ...back, seq: 4, ts: 40, attempt: 1 },
    ])
    expect(second).toMatchObject({ attempt: 1, startedAt: 10 })
  })

  it('lets a field that is not named stay, and one that is null go', () => {
    const base = newSnapshot({ status: 'running', hostId: 'gpu-1', attempt: 2 })
    const quiet = {
      ...envelope,
      type: 'status',
      status: 'running',
      phase: 'executing',
      seq: 1,
      ts: 1,
    } as const
    expect(reduceJob(base, quiet)).toMatchObject({ hostId: 'gpu-1', attempt: 2 })
    expect(reduceJob(base, { ...quiet, hostId: null })).toMatchObject({ hostId: null, attempt: 2 })
  })
})

const PROGRESS: Progress = {
  value: 0.5,
  nodes_done: 0,
  nodes_total: 3,
  current_node: null,
  current_node_class: null,
  step: null,
  steps: null,
  message: null,
  kind: 'aggregate',
  node: null,
  eta_ms: null,
}

/** Bodies as events 1, 2, 3 …, a second apart. */
const toEvents = (bodies: JobEventBody[]): JobEvent[] =>
  bodies.map((body, at) => ({ ...body, ...envelope, seq: at + 1, ts: 1_000 * (at + 1) }))
const run = (attempt?: number): JobEventBody => ({
  type: 'status',
  status: 'running',
  phase: 'executing',
  ...(attempt === undefined ? {} : { attempt }),
})
const moved = (nodes?: NodeStates): JobEventBody => ({
  type: 'progress',
  progress: PROGRESS,
  ...(nodes ? { nodes } : {}),
})
const nodesAfter = (...bodies: JobEventBody[]) => fold(toEvents(bodies)).nodes

describe('outputs', () => {
  const outputsAfter = (...bodies: JobEventBody[]) =>
    fold(toEvents(bodies)).outputs.map(({ id }) => id)

  it('are those of the last attempt: what one before it made is made again, by another name', () => {
    const back: JobEventBody = { type: 'status', status: 'queued', phase: null, hostId: null }
    const lost = [run(1), output('a'), back]
    expect(outputsAfter(...lost)).toEqual(['a'])
    expect(outputsAfter(...lost, run(2))).toEqual([])
    expect(outputsAfter(...lost, run(2), output('b'), run())).toEqual(['b'])
    // taken over by another worker
    expect(outputsAfter(run(1), output('a'), run(1), output('b'))).toEqual(['a', 'b'])
  })
})

describe('the states of nodes', () => {
  it('are those last heard of each', () => {
    expect(
      nodesAfter(run(1), moved({ a: 'cached', b: 'running' }), moved({ b: 'done', c: 'running' })),
    ).toEqual({ a: 'cached', b: 'done', c: 'running' })
  })

  it('stay when a progress has no news of them, and through phases of one attempt', () => {
    const before = fold(toEvents([run(1), moved({ a: 'running' })]))
    const [, , quiet, phase] = toEvents([run(1), moved(), moved(), run(1)])
    const after = [quiet, phase].reduce(
      (snapshot, event) => (event ? reduceJob(snapshot, event) : snapshot),
      before,
    )
    expect(after.seq).toBe(4)
    expect(after.nodes).toBe(before.nodes)
    expect(nodesAfter(run(1), moved({ a: 'running' }), run())).toEqual({ a: 'running' })
  })

  it('start over with a new attempt, not when the job only goes back to the line', () => {
    const back: JobEventBody = { type: 'status', status: 'queued', phase: null, hostId: null }
    const lost = [run(1), moved({ a: 'done', b: 'running' }), back]
    expect(nodesAfter(...lost)).toEqual({ a: 'done', b: 'running' })
    expect(nodesAfter(...lost, run(2))).toEqual({})
    expect(nodesAfter(...lost, run(2), moved({ a: 'cached' }))).toEqual({ a: 'cached' })
  })

  it.each(['succeeded', 'failed', 'canceled', 'expired'] as const)(
    'name none that runs once the job is %s',
    (status) => {
      const end: JobEventBody = { type: 'status', status, phase: null }
      const nodes = { a: 'cached', b: 'done', c: 'running' } as const
      expect(nodesAfter(run(1), moved(nodes), end)).toEqual({ a: 'cached', b: 'done' })
    },
  )

  it.each<[string, NodeStates]>([
    ['ran', { a: 'done', b: 'running' }],
    ['was never heard of', { a: 'done' }],
    ['was taken for done', { a: 'done', b: 'done' }],
  ])('name the one to blame, when it %s', (_what, nodes) => {
    const error = { code: 'node_execution_error', message: 'it broke', node_id: 'b' } as const
    const end: JobEventBody = { type: 'status', status: 'failed', phase: null, error }
    expect(nodesAfter(run(1), moved(nodes), end)).toEqual({ a: 'done', b: 'failed' })
  })

  it('blame nobody for an error that names no node', () => {
    const error = { code: 'stalled', message: 'it stood still' } as const
    const end: JobEventBody = { type: 'status', status: 'failed', phase: null, error }
    expect(nodesAfter(run(1), moved({ a: 'running' }), end)).toEqual({})
  })
})

it('says when the last event was written, whatever it was, and not of one it ignored', () => {
  expect(newSnapshot().updatedAt).toBeNull()
  const events = toEvents([run(1), moved(), { type: 'status', status: 'succeeded', phase: null }])
  expect(events.map((_, at) => fold(events.slice(0, at + 1)).updatedAt)).toEqual([
    1_000, 2_000, 3_000,
  ])
  const late = { ...envelope, ...moved(), seq: 4, ts: 9_000 }
  expect(reduceJob(fold(events), late).updatedAt).toBe(3_000)
  const again = { ...envelope, ...moved(), seq: 1, ts: 9_000 }
  expect(reduceJob(fold(events.slice(0, 1)), again).updatedAt).toBe(1_000)
})
