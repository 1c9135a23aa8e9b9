import type { JobView, SnapshotView } from '@safelight/shared'
import {
  collect,
  collectSse,
  newHostReport,
  rememberJob,
  seqs,
  type SseFrame,
  until,
} from '@safelight/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { foldNative } from '../testing/fold-native.ts'
import { readError, readJob, submitJob } from '../testing/http.ts'
import { FAILED, progressed, RUNNING, smallJob } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { follow, trackSockets } from '../testing/watch-socket.ts'

const openSocket = trackSockets()
/** Of such jobs nothing was learned. */
const ONE_ENDED = { finished: 1, timed: 1, executionMs: 3_000 }

let stack: ApiStack
let job: JobView
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

function open(options: { lastId?: string; query?: string } = {}) {
  const { lastId, query = '' } = options
  return fetch(`${stack.api.url}/api/v2/jobs/${job.id}/events?format=native${query}`, {
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
  })
}

const names = (frames: SseFrame[]) => frames.map(({ event }) => event)
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

async function appendAll(bodies: ReturnType<typeof smallJob>): Promise<void> {
  for (const body of bodies) await stack.append(job.id, body)
}

describe('the native event stream', () => {
  it('folds to what a socket holds at every event, and to the same end', async () => {
    const socket = await follow(openSocket(stack.api.url), { jobId: job.id })
    const { frames, done } = collect(await open())
    await until(() => frames.length === 1)
    const bodies = smallJob('o', 30).map((body, at) =>
      body.type === 'progress' ? { ...body, nodes: { [at % 3]: 'done' as const } } : body,
    )
    await appendAll(bodies.slice(0, 10))
    await until(() => socket.snapshot?.seq === 10 && frames.at(-1)?.seq === 10)
    expect(foldNative(frames)).toEqual(socket.snapshot)
    await appendAll(bodies.slice(10))
    await done
    await until(() => socket.snapshot?.status === 'succeeded')
    expect(foldNative(frames)).toEqual(socket.snapshot)
    expect(foldNative(frames)?.outputs[0]?.url).toBe(`${stack.api.url}/api/v2/assets/o/content`)
    expect(names(frames)).toEqual(['snapshot', ...bodies.map(() => 'event')])
    expect(seqs(frames)).toEqual(range(0, bodies.length))
    expect(frames.slice(1).map(({ data }) => data)).toEqual(socket.events)
  })

  it('begins with the job as it is, its place in the queue and the time', async () => {
    const { frames } = collect(await open())
    await until(() => frames.length === 1)
    expect(frames[0]).toMatchObject({
      id: '0',
      event: 'snapshot',
      data: { snapshot: { status: 'queued', seq: 0 }, queuePosition: 0, now: expect.any(Number) },
    })
  })

  it.each([
    ['the header', (id: string) => ({ lastId: id })],
    ['the parameter', (id: string) => ({ query: `&after=${id}` })],
    ['the header, against the parameter', (id: string) => ({ lastId: id, query: '&after=1' })],
  ])('resumes exactly by %s', async (_name, toOptions) => {
    const bodies = smallJob('o', 10)
    await appendAll(bodies.slice(0, 4))
    const before = collect(await open())
    await until(() => before.frames.length === 1)
    const held = foldNative(before.frames)
    await appendAll(bodies.slice(4, 8))
    const { frames, done } = collect(await open(toOptions(`4-${held?.stamp ?? ''}`)))
    await until(() => frames.length === 5)
    expect(frames[0]).toMatchObject({ id: null, event: 'open', data: { queuePosition: null } })
    await appendAll(bodies.slice(8))
    await Promise.all([done, before.done])
    expect(names(frames)).toEqual(['open', ...range(5, bodies.length).map(() => 'event')])
    expect(seqs(frames)).toEqual(range(5, bodies.length))
    expect(foldNative(frames, held)).toEqual(foldNative(before.frames))
  })

  it('takes up its tail in v2 by parameter as well', async () => {
    await appendAll(smallJob('o'))
    const url = `${stack.api.url}${job.urls.events}?after=3`
    expect(seqs(await collectSse(await fetch(url)))).toEqual(range(4, 9))
  })

  it('begins anew when what was missed is no longer kept', async () => {
    await appendAll(smallJob('o').slice(0, 6))
    await stack.redis.xtrim(stack.keys.events(job.id), 'MAXLEN', 1)
    const { frames, done } = collect(await open({ lastId: '2' }))
    await until(() => frames.length === 1)
    await stack.append(job.id, FAILED)
    await done
    expect(frames.map(({ event, seq }) => [event, seq])).toEqual([
      ['snapshot', 6],
      ['event', 7],
    ])
  })

  it('tells a client to forget what it holds when Redis has lost it', async () => {
    await stack.append(job.id, RUNNING)
    const loseHistory = await rememberJob(stack.redis, stack.keys, job.id)
    const { frames, done } = collect(await open())
    for (const value of [0.5, 0.6]) await stack.append(job.id, progressed(value))
    await until(() => frames.at(-1)?.seq === 3)
    await loseHistory()
    for (const value of [0.1, 0.2, 0.3]) await stack.append(job.id, progressed(value))
    await stack.append(job.id, FAILED)
    await done
    expect(names(frames)).toContain('resync')
    const truth = await stack.store.load(job.id)
    expect(foldNative(frames)).toEqual({ ...truth, outputs: [] } satisfies Partial<SnapshotView>)
  })

  it('of an ended job is one snapshot, and 204 for who holds it', async () => {
    const bodies = smallJob('o')
    await appendAll(bodies)
    const frames = await collectSse(await open())
    expect(frames).toMatchObject([
      { event: 'snapshot', seq: bodies.length, data: { snapshot: { status: 'succeeded' } } },
    ])
    const id = frames[0]?.id ?? ''
    const back = await Promise.all([open({ lastId: id }), open({ query: `&after=${id}` })])
    expect(back.map(({ status }) => status)).toEqual([204, 204])
  })

  it('tells a queued job when its place changes', async () => {
    const ahead = await submitJob(stack.api.url, { priority: 5 })
    const { frames } = collect(await open())
    await until(() => frames.length === 1)
    await fetch(`${stack.api.url}${ahead.urls.cancel}`, { method: 'POST' })
    await until(() => frames.length === 2)
    const data = { jobId: job.id, queuePosition: 0 }
    expect(frames[1]).toMatchObject({ id: null, event: 'position', data })
    expect(foldNative(frames)?.seq).toBe(0)
  })

  it('tells a queued job when it should be done, in both formats', async () => {
    const native = collect(await open())
    const v2 = collect(await fetch(`${stack.api.url}${job.urls.events}`))
    await until(() => native.frames.length === 1 && v2.frames.length === 1)
    expect(native.frames[0]?.data).toMatchObject({ queuePosition: 0, etaMs: null })
    expect(v2.frames[0]?.data).toMatchObject({ queue_position: 0, eta_ms: null })
    await stack.hosts.report(newHostReport(await stack.store.now(), { throughput: ONE_ENDED }))
    await until(() => native.frames.length === 2 && v2.frames.length === 2)
    const etaMs = (await readJob(stack.api.url, job.id)).eta_ms
    expect(etaMs).toBeGreaterThan(0)
    expect(native.frames[1]?.data).toEqual({ jobId: job.id, queuePosition: 0, etaMs })
    expect(v2.frames[1]?.data).toMatchObject({ status: 'queued', queue_position: 0, eta_ms: etaMs })
  })

  it('shows previews, unless they are not wanted', async () => {
    const data = new Uint8Array([0xff, 0xd8, 0xff])
    await stack.append(job.id, RUNNING)
    await stack.store.publishPreview(job.id, { nodeId: '3', contentType: 'image/jpeg', data })
    const [shown, hidden] = [
      collect(await open()),
      collect(await open({ query: '&previews=false' })),
    ]
    await until(() => shown.frames.length === 2 && hidden.frames.length === 1)
    await stack.append(job.id, FAILED)
    await Promise.all([shown.done, hidden.done])
    expect(shown.frames[1]?.data).toEqual({
      job_id: job.id,
      node_id: '3',
      content_type: 'image/jpeg',
      data_base64: '/9j/',
    })
    expect(names(shown.frames)).toEqual(['snapshot', 'preview', 'event'])
    expect(names(hidden.frames)).toEqual(['snapshot', 'event'])
  })

  it('is one of two formats', async () => {
    const response = await fetch(`${stack.api.url}${job.urls.events}?format=other`)
    expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
  })
})
