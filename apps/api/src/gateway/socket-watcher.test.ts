import { systemClock } from '@safelight/runtime'
import type { JobEvent } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { createLinks } from '../http/links.ts'
import { toOutput, toProgress } from '../testing/play-worker.ts'
import { createOnce } from '../watch/once.ts'
import { createQueuePositions } from '../watch/queue-positions.ts'
import type { Packet } from './packet.ts'
import { createSocketWatcher } from './socket-watcher.ts'

const snapshot = newSnapshot({ jobId: 'j', status: 'running', phase: 'executing', attempt: 1 })
const envelope = { jobId: 'j', seq: 1, ts: 0, stamp: 's1', follows: 's0' }
const progress: JobEvent = { ...envelope, type: 'progress', progress: toProgress(0.5) }
const output: JobEvent = { ...envelope, type: 'output', output: toOutput('o') }
const preview = { nodeId: null, contentType: 'image/png', data: new Uint8Array([1, 2]) }

it('many sockets are sent what was written once, or once for each address clients found us at', () => {
  const once = createOnce<Packet>()
  const positions = createQueuePositions({
    places: { of: async () => [], at: async () => ({ position: 0, etaMs: null }) },
    onError: () => undefined,
    clock: systemClock,
    everyMs: 60_000,
  })
  const sent = ['http://a', 'http://a', 'http://b'].map((base) => {
    const packets: Packet[] = []
    const watcher = createSocketWatcher({
      onResync: () => undefined,
      delivery: { sent: () => undefined, dropped: () => undefined },
      jobId: 'j',
      outbox: {
        isFull: false,
        push: (_jobId, packet) => void packets.push(packet),
        offer: (_jobId, write) => void packets.push(write()),
        forget: () => undefined,
        close: () => undefined,
      },
      once,
      links: createLinks(base),
      positions,
      clock: systemClock,
      acknowledge: () => undefined,
      onEnd: () => undefined,
    })
    watcher.open({ snapshot, missed: [] })
    watcher.event(progress, snapshot)
    watcher.event(output, snapshot)
    watcher.preview(preview)
    watcher.resync(snapshot)
    return packets
  })
  const [first = [], second = [], third = []] = sent
  expect(first).toHaveLength(4)
  expect(second.map((packet, at) => packet === first[at])).toEqual([true, true, true, true])
  // what names no address is the same for everybody
  expect(third.map((packet, at) => packet === first[at])).toEqual([true, false, true, false])
  expect(third[1]?.parts[0]).toContain('http://b/api/v2/assets/o/content')
})
