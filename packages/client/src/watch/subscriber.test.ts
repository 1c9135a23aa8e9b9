import { type JobEventView, reduceJob, type SnapshotView } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SubscribeOptions, JobUpdate } from '../types.ts'
import { createBarMemory } from './bar-memory.ts'
import { createSubscriber } from './subscriber.ts'

/** A job of `count` events: it runs, moves, and succeeds with the last. */
function toEvents(count: number): JobEventView[] {
  return Array.from({ length: count }, (_, at) => {
    const seq = at + 1
    const envelope = { jobId: 'job', seq, ts: seq, stamp: `s${seq}`, follows: `s${seq - 1}` }
    if (seq === count) return { ...envelope, type: 'status', status: 'succeeded', phase: null }
    if (seq === 1) return { ...envelope, type: 'status', status: 'running', phase: 'executing' }
    return { ...envelope, type: 'progress', progress: toProgress(seq / count) }
  })
}

function toProgress(value: number) {
  const nothing = { current_node: null, current_node_class: null, message: null, node: null }
  const counts = { nodes_done: 0, nodes_total: 1, step: null, steps: null, eta_ms: null }
  return { ...nothing, ...counts, value, kind: 'node' as const }
}

const COUNT = 12
const EVENTS = toEvents(COUNT)
const FIRST: SnapshotView = { ...newSnapshot({ stamp: 's0' }), outputs: [] }
const at = (seq: number) => EVENTS.slice(0, seq).reduce(reduceJob, FIRST)
const opening = (seq: number) => ({ snapshot: at(seq), queuePosition: null, now: 5_000 })

function subscribe(options: Partial<SubscribeOptions> = {}) {
  const emitted: JobUpdate[] = []
  let ends = 0
  const onUpdate = (update: JobUpdate) => void emitted.push(update)
  const subscriber = createSubscriber(
    { onUpdate, ...options },
    createBarMemory(),
    () => (ends += 1),
  )
  return { subscriber, emitted, ends: () => ends }
}

describe('a subscriber', () => {
  it('holds the same in the end, whatever it is emitted twice, late, or by two ways at once', () => {
    const joinArb = fc.nat(COUNT)
    const repeatArb = fc.array(fc.nat(COUNT - 1), { maxLength: 30 })
    fc.assert(
      fc.property(joinArb, repeatArb, (join, repeats) => {
        const { subscriber, emitted, ends } = subscribe()
        subscriber.replace(opening(join))
        for (const [n, event] of EVENTS.entries()) {
          // something it was emitted before, or will be emitted later, comes in between
          const stray = EVENTS[repeats[n] ?? 0]
          if (stray && stray.seq <= (subscriber.snapshot?.seq ?? 0)) subscriber.applyEvent(stray)
          subscriber.applyEvent(event)
        }
        expect(subscriber.snapshot).toEqual(at(COUNT))
        expect(ends()).toBe(1)
        const seqs = emitted.flatMap(({ event }) => event?.seq ?? [])
        expect(seqs).toEqual(EVENTS.slice(join).map(({ seq }) => seq))
      }),
    )
  })

  it('calls an event that does not follow a gap, by its number and by its history', () => {
    const { subscriber, emitted } = subscribe()
    subscriber.replace(opening(3))
    const [skipped, next] = [EVENTS[5], EVENTS[3]]
    if (!skipped || !next) throw new Error('too few events')
    expect(subscriber.applyEvent(skipped)).toBe('gap')
    expect(subscriber.applyEvent({ ...next, follows: 'another history' })).toBe('gap')
    expect(subscriber.snapshot).toEqual(at(3))
    expect(subscriber.applyEvent(next)).toBe('folded')
    expect(emitted.at(-1)?.snapshot.seq).toBe(4)
  })

  it('knows where a queued job stands and when it should be done, until it runs', () => {
    const { subscriber, emitted } = subscribe()
    subscriber.replace({ ...opening(0), queuePosition: 2, etaMs: 60_000 })
    subscriber.setPlace({ queuePosition: 2, etaMs: 60_000 })
    subscriber.setPlace({ queuePosition: 2, etaMs: 50_000 })
    // a server of an older version
    subscriber.setPlace({ queuePosition: 1 })
    const [first] = EVENTS
    if (first) subscriber.applyEvent(first)
    subscriber.setPlace({ queuePosition: 0, etaMs: 1 })
    expect(emitted.map(({ queuePosition, etaMs }) => [queuePosition, etaMs])).toEqual([
      [2, 60_000],
      [2, 50_000],
      [1, null],
      [null, null],
    ])
  })

  it('never shows less than it has shown, not even when history was lost', () => {
    const { subscriber, emitted } = subscribe()
    subscriber.replace(opening(9))
    subscriber.replace(opening(4))
    const values = emitted.map(({ snapshot }) => snapshot.progress?.value)
    expect(values).toEqual([9 / COUNT, 9 / COUNT])
    expect(emitted.at(-1)?.snapshot.seq).toBe(4)
  })

  it('measures when the job last moved by the server’s clock, and says it by ours', () => {
    const { subscriber, emitted } = subscribe()
    const before = Date.now()
    subscriber.replace({ ...opening(4), now: 4 + 30_000 })
    expect(emitted[0]?.movedAt).toBeGreaterThanOrEqual(before - 30_000)
    expect(emitted[0]?.movedAt).toBeLessThanOrEqual(Date.now() - 30_000)
  })

  it('tells the events so far first, when it is asked to, and ends after them', () => {
    const { subscriber, emitted, ends } = subscribe({ history: true })
    expect(subscriber.wantsHistory).toBe(true)
    subscriber.replace(opening(COUNT))
    expect([subscriber.wantsHistory, ends()]).toEqual([false, 0])
    for (const event of EVENTS) subscriber.applyEvent(event)
    expect(emitted.map(({ event }) => event?.seq ?? null)).toEqual([
      null,
      ...EVENTS.map((e) => e.seq),
    ])
    expect(ends()).toBe(1)
  })

  it('ends all the same when the history cannot be had', () => {
    const { subscriber, ends } = subscribe({ history: true })
    subscriber.replace(opening(COUNT))
    subscriber.endHistory()
    expect(ends()).toBe(1)
  })

  it('tells nothing more once it has failed', () => {
    const problems: Error[] = []
    const { subscriber, emitted, ends } = subscribe({
      onError: (error) => void problems.push(error),
    })
    subscriber.fail(new Error('gone'))
    subscriber.replace(opening(2))
    subscriber.setConnection('live')
    expect([problems.length, emitted.length, ends()]).toEqual([1, 0, 1])
  })
})
