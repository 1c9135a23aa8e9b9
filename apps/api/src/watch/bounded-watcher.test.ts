import { systemClock } from '@safelight/runtime'
import type { JobEvent, Snapshot } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { createBoundedWatcher } from './bounded-watcher.ts'
import type { QueuePlace } from './queue-positions.ts'

const QUEUED = newSnapshot({ jobId: 'j', stamp: 's0' })
const PREVIEW = { nodeId: '1', contentType: 'image/png', data: new Uint8Array(1) }

function running(seq: number): Snapshot {
  const state = { status: 'running', phase: 'executing', attempt: 1 } as const
  return newSnapshot({ jobId: 'j', seq, stamp: `s${seq}`, ...state })
}

function toEvent(seq: number): JobEvent {
  const envelope = { jobId: 'j', seq, ts: 0, stamp: `s${seq}`, follows: `s${seq - 1}` }
  return { type: 'status', ...envelope, status: 'running', phase: 'executing' }
}

/** A watcher of a client whose queue is full when the test says so, and all that it was sent. */
function start() {
  const sent: string[] = []
  const client = { isFull: false, dropped: 0 }
  let onPlace: ((place: QueuePlace | null) => void) | null = null
  const watcher = createBoundedWatcher({
    jobId: 'j',
    clock: systemClock,
    positions: {
      subscribe(_jobId, onChange) {
        onPlace = onChange
        return () => void (onPlace = null)
      },
    },
    transport: {
      isFull: () => client.isFull,
      accept: ({ queuePosition }) => void sent.push(`accept at ${queuePosition}`),
      begin: (_now, missed) => void sent.push(`begin ${missed?.length}`),
      event: (event) => void sent.push(`event ${event.seq}`),
      resync: ({ snapshot, queuePosition }) =>
        void sent.push(`resync ${snapshot.seq} at ${queuePosition}`),
      position: ({ queuePosition, etaMs }) =>
        void sent.push(`position ${queuePosition}${etaMs === null ? '' : `, ${etaMs} ms`}`),
      dropped: () => void (client.dropped += 1),
      preview: () => void sent.push('preview'),
      end() {
        sent.push('end')
        watcher.close()
      },
    },
  })
  const setPosition = (position: number, etaMs: number | null = null) =>
    onPlace?.({ position, etaMs })
  return { watcher, sent, client, setPosition, hasPosition: () => onPlace !== null }
}

describe('a watcher whose client keeps up', () => {
  it('sends everything, in order, and ends after the end of the job', () => {
    const { watcher, sent } = start()
    watcher.open({ snapshot: QUEUED, missed: [] })
    watcher.event(toEvent(1), running(1))
    watcher.preview(PREVIEW)
    watcher.event(toEvent(2), { ...running(2), status: 'failed' })
    watcher.event(toEvent(3), running(3))
    expect(sent).toEqual(['accept at null', 'begin 0', 'event 1', 'preview', 'event 2', 'end'])
  })

  it('has a position for as long as the job is queued, and sends it when it changes', () => {
    const { watcher, sent, setPosition, hasPosition } = start()
    watcher.setPlace({ position: 3, etaMs: null })
    watcher.open({ snapshot: QUEUED, missed: [] })
    setPosition(3)
    setPosition(2)
    expect(hasPosition()).toBe(true)
    watcher.event(toEvent(1), running(1))
    expect(hasPosition()).toBe(false)
    watcher.event(toEvent(2), QUEUED)
    expect(hasPosition()).toBe(true)
    watcher.close()
    expect(hasPosition()).toBe(false)
    expect(sent).toEqual(['accept at 3', 'begin 0', 'position 2', 'event 1', 'event 2'])
  })
})

it('tells when a job that waits should be done, and again when that has changed by more than a little', () => {
  const { watcher, sent, setPosition } = start()
  watcher.open({ snapshot: QUEUED, missed: [] })
  setPosition(2, 60_000)
  setPosition(2, 62_000)
  setPosition(2, 70_000)
  setPosition(1, 68_000)
  setPosition(1)
  watcher.close()
  expect(sent.slice(2)).toEqual([
    'position 2, 60000 ms',
    'position 2, 70000 ms',
    'position 1, 68000 ms',
    'position 1',
  ])
})

describe('a watcher whose client is slow', () => {
  it('drops everything, and makes up for it with one snapshot', () => {
    const { watcher, sent, client, setPosition } = start()
    watcher.open({ snapshot: QUEUED, missed: [] })
    client.isFull = true
    setPosition(1)
    watcher.event(toEvent(1), QUEUED)
    client.isFull = false
    // it has room again, but has missed something: nothing out of turn
    watcher.event(toEvent(2), QUEUED)
    watcher.preview(PREVIEW)
    expect([watcher.isBehind, sent]).toEqual([true, ['accept at null', 'begin 0']])
    watcher.onDrained()
    watcher.onDrained()
    watcher.event(toEvent(3), running(3))
    expect(sent.slice(2)).toEqual(['resync 0 at 1', 'event 3'])
    expect(client.dropped).toBe(2)
  })

  it('ends when it has made up for an end that was dropped', () => {
    const { watcher, sent, client } = start()
    watcher.open({ snapshot: running(1), missed: [] })
    client.isFull = true
    watcher.event(toEvent(2), { ...running(2), status: 'succeeded' })
    expect(sent).toEqual(['accept at null', 'begin 0'])
    client.isFull = false
    watcher.onDrained()
    expect(sent.slice(2)).toEqual(['resync 2 at null', 'end'])
  })

  it('answers the request all the same, and sends what was missed later', () => {
    const { watcher, sent, client } = start()
    client.isFull = true
    watcher.open({ snapshot: running(4), missed: [toEvent(4)] })
    expect(sent).toEqual(['accept at null'])
    client.isFull = false
    watcher.onDrained()
    expect(sent.slice(1)).toEqual(['resync 4 at null'])
  })
})

it('a closed watcher sends nothing, and opening one is no mistake', () => {
  const { watcher, sent, hasPosition } = start()
  watcher.close()
  watcher.open({ snapshot: QUEUED, missed: [] })
  watcher.resync(QUEUED)
  watcher.removed()
  watcher.onDrained()
  watcher.setPlace({ position: 1, etaMs: null })
  expect([sent, hasPosition()]).toEqual([[], false])
})
