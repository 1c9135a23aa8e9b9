import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jobEventSchema } from './events.ts'
import { reduceJob } from './reduce-job.ts'
import { snapshotSchema } from './snapshot.ts'
import { isTerminal } from './status.ts'
import { eventsArb, fold } from './testing/arbitrary-events.ts'
import { newSnapshot } from './testing/new-snapshot.ts'

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
