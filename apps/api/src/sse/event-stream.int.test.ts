import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { JobEvent, Snapshot } from '@safelight/shared'
import { listen, systemClock } from '@safelight/runtime'
import { newSnapshot, until } from '@safelight/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLinks } from '../http/links.ts'
import { createTimings } from '../timings.ts'
import { toProgress } from '../testing/play-worker.ts'
import { createOnce } from '../watch/once.ts'
import { createQueuePositions } from '../watch/queue-positions.ts'
import { createBeats } from './beats.ts'
import { createNativeFrames } from './frames-native.ts'
import { createV2Frames } from './frames-v2.ts'
import { createEventStream, type EventStream } from './event-stream.ts'

/** A stream to a client that has stopped reading. */
async function openStuck(keepAliveMs: number, createFrames = createV2Frames) {
  const ends: { stream?: EventStream; response?: ServerResponse; closed: number } = { closed: 0 }
  const positions = createQueuePositions({
    places: { of: async () => [], at: async () => ({ position: 0, etaMs: null }) },
    onError: () => undefined,
    clock: systemClock,
    everyMs: 60_000,
  })
  const server = createServer((_request, response) => {
    ends.response = response
    ends.stream = createEventStream({
      onResync: () => undefined,
      delivery: { sent: () => undefined, dropped: () => undefined },
      jobId: 'j',
      // all the stream uses of Express' response is Node's
      response: response as Parameters<typeof createEventStream>[0]['response'],
      frames: createFrames(createLinks('http://localhost'), createOnce()),
      positions,
      resumed: false,
      clock: systemClock,
      beats: createBeats({ everyMs: keepAliveMs, clock: systemClock }),
      timings: createTimings(),
      onClosed: () => void (ends.closed += 1),
    })
    ends.stream.open({ snapshot: toSnapshot(0), missed: [] })
  })
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  const client = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, path: '/' }).on('response', resolve).on('error', reject).end()
  })
  client.pause()
  client.on('error', () => undefined)
  onTestFinished(async () => {
    client.destroy()
    positions.close()
    await new Promise((resolve) => server.close(resolve))
  })
  const { stream, response } = ends
  if (!stream || !response) throw new Error('the server was not asked')
  return { stream, response, client, ends }
}

function toSnapshot(seq: number): Snapshot {
  const running = { status: 'running', phase: 'executing', attempt: 1 } as const
  return newSnapshot({ jobId: 'j', seq, stamp: `s${seq}`, ...running })
}

function sendEvent(stream: EventStream, seq: number): void {
  const progress = toProgress(0.5, { message: 'x'.repeat(50_000) })
  const envelope = { jobId: 'j', seq, ts: 0, stamp: `s${seq}`, follows: `s${seq - 1}` }
  const event: JobEvent = { type: 'progress', ...envelope, progress }
  stream.event(event, { ...toSnapshot(seq), progress })
}

describe('a stream to a client that stops reading', () => {
  it.each([
    ['v2', createV2Frames],
    ['native', createNativeFrames],
  ])('never holds more than its bound in format %s', async (_format, createFrames) => {
    const { stream, response } = await openStuck(60_000, createFrames)
    const previews = { nodeId: '1', contentType: 'image/jpeg', data: new Uint8Array(100_000) }
    for (let seq = 1; seq <= 2_000; seq++) {
      sendEvent(stream, seq)
      stream.preview(previews)
      if (seq % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(response.writableLength).toBeLessThan(512 * 1024)
    stream.endForShutdown()
  })

  it('is cut off after two beats in which nothing was taken', async () => {
    const { stream, response, ends } = await openStuck(20)
    for (let seq = 1; seq <= 2_000 && !response.destroyed; seq++) {
      sendEvent(stream, seq)
      if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => ends.closed > 0)
    expect([response.destroyed, ends.closed]).toEqual([true, 1])
  })
})

describe('a stream that ends', () => {
  it('says so once, whoever ends it', async () => {
    const { stream, client, ends } = await openStuck(60_000)
    client.destroy()
    await until(() => ends.closed === 1)
    stream.endForShutdown()
    stream.release()
    expect(ends.closed).toBe(1)
  })
})
