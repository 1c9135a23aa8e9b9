import { randomUUID } from 'node:crypto'
import { JOB_PHASES, type JobPhase, type JobView } from '@safelight/shared'
import {
  collect,
  collectSse,
  seqs,
  type SseFrame,
  startRedisProxy,
  until,
} from '@safelight/testkit'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { readJob, submitJob } from '../testing/http.ts'
import { FAILED, RUNNING, smallJob } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
let job: JobView
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

function open(baseUrl = stack.api.url, headers: Record<string, string> = {}, query = '') {
  return fetch(`${baseUrl}/api/v2/jobs/${job.id}/events${query}`, { headers })
}

const PAYLOADS: Record<string, string> = {
  status: 'StatusEvent',
  progress: 'Progress',
  output: 'Output',
  preview: 'PreviewEvent',
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('the event stream', () => {
  it('tells everything from the first status to the terminal one, as the contract has it, and ends', async () => {
    const response = await open()
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
    const { frames, done } = collect(response)
    await until(() => frames.length === 1)
    expect(frames[0]).toMatchObject({ seq: 0, event: 'status', data: { queue_position: 0 } })
    const bodies = smallJob(randomUUID())
    for (const body of bodies) await stack.append(job.id, body)
    await done
    for (const { event, data } of frames) assertContract(PAYLOADS[event] ?? '', data)
    expect(seqs(frames)).toEqual(range(0, bodies.length))
    const { status, outputs } = await readJob(stack.api.url, job.id)
    expect(frames.at(-1)).toMatchObject({ event: 'status', data: { status, outputs, error: null } })
  })

  it('opens with the job as it is for who comes late, and only the last frame of that has the id', async () => {
    for (const body of smallJob('o').slice(0, 7)) await stack.append(job.id, body)
    const { frames, done } = collect(await open())
    await until(() => frames.length === 3)
    expect(frames.map(({ event, seq }) => [event, seq])).toEqual([
      ['status', null],
      ['output', null],
      ['progress', 7],
    ])
    await stack.append(job.id, FAILED)
    await done
    expect(frames.at(-1)).toMatchObject({
      seq: 8,
      data: { status: 'failed', error: { code: 'node_execution_error' } },
    })
  })

  it('gives a client that comes back exactly what it missed', async () => {
    const bodies = smallJob('o', 10)
    const end = bodies.length
    for (const body of bodies.slice(0, 6)) await stack.append(job.id, body)
    const { frames, done } = collect(await open(stack.api.url, { 'last-event-id': '2' }))
    await until(() => frames.length === 4)
    for (const body of bodies.slice(6)) await stack.append(job.id, body)
    await done
    expect(seqs(frames)).toEqual(range(3, end))
    const again = await collectSse(await open(stack.api.url, { 'last-event-id': '5' }))
    expect(seqs(again)).toEqual(range(6, end))
    expect(again.at(-1)?.data['outputs']).toHaveLength(1)
  })

  it('gives the job as it is when what was missed is no longer kept', async () => {
    for (const body of smallJob('o').slice(0, 6)) await stack.append(job.id, body)
    await stack.redis.xtrim(stack.keys.events(job.id), 'MAXLEN', 1)
    const { frames, done } = collect(await open(stack.api.url, { 'last-event-id': '1' }))
    await until(() => frames.length === 2)
    expect(frames.map(({ event, seq }) => [event, seq])).toEqual([
      ['status', null],
      ['progress', 6],
    ])
    await stack.append(job.id, FAILED)
    await done
  })

  it('of an ended job has its outputs, its last progress and, last, its end; and for who has seen it nothing to come back for', async () => {
    const bodies = smallJob('o')
    for (const body of bodies) await stack.append(job.id, body)
    const frames = await collectSse(await open())
    expect(frames.map(({ event, seq }) => [event, seq])).toEqual([
      ['output', null],
      ['progress', null],
      ['status', bodies.length],
    ])
    for (const { event, data } of frames) assertContract(PAYLOADS[event] ?? '', data)
    const { outputs, progress } = await readJob(stack.api.url, job.id)
    expect(frames.map(({ data }) => data)).toMatchObject([
      { id: outputs[0]?.id, url: outputs[0]?.url },
      { ...progress, value: 1 },
      { status: 'succeeded', outputs, error: null },
    ])
    const back = await open(stack.api.url, { 'last-event-id': frames.at(-1)?.id ?? '' })
    expect(back.status).toBe(204)
  })

  it('tells a transition once, whatever else moves in a job of that status', async () => {
    const { frames, done } = collect(await open())
    await until(() => frames.length === 1)
    const running = (phase: JobPhase, attempt: number) =>
      stack.append(job.id, { type: 'status', status: 'running', phase, attempt, hostId: 'host-a' })
    for (const phase of JOB_PHASES) await running(phase, 1)
    await stack.append(job.id, { type: 'status', status: 'queued', phase: null, hostId: null })
    await running('executing', 2)
    await stack.append(job.id, FAILED)
    await done
    const numbered = frames.filter(({ seq }) => seq !== null)
    expect(numbered.map(({ event, data }) => [event, data['status'], data['phase']])).toEqual([
      ['status', 'queued', null],
      ['status', 'running', 'preparing'],
      ['phase', 'running', 'submitted'],
      ['phase', 'running', 'executing'],
      ['phase', 'running', 'collecting'],
      ['status', 'queued', null],
      ['status', 'running', 'executing'],
      ['status', 'failed', null],
    ])
    expect(seqs(frames)).toEqual(range(0, 7))
  })

  it.each(['-1', 'x', '1.5', '1-', '1-a b', '99999999999999999999', ''])(
    'takes a Last-Event-ID that is none of ours for none: %j',
    async (id) => {
      await stack.append(job.id, RUNNING)
      await stack.append(job.id, FAILED)
      const frames = await collectSse(await open(stack.api.url, { 'last-event-id': id }))
      expect(frames).toMatchObject([{ event: 'status', data: { status: 'failed' } }])
    },
  )

  it('is the same on another API process', async () => {
    const other = await stack.startApi()
    const [here, there] = [collect(await open()), collect(await open(other.url))]
    for (const body of smallJob('o', 30)) await stack.append(job.id, body)
    await Promise.all([here.done, there.done])
    const plain = (frames: SseFrame[]) =>
      JSON.stringify(frames.filter(({ seq }) => seq !== null)).replaceAll(
        /127\.0\.0\.1:\d+/g,
        'host',
      )
    expect(plain(there.frames)).toBe(plain(here.frames))
  })

  it('goes on without a hole when the connection to Redis breaks', async () => {
    const proxy = await startRedisProxy(inject('redisUrl'))
    const api = await stack.startApi({ REDIS_URL: proxy.url })
    const { frames, done } = collect(await open(api.url))
    const bodies = smallJob('o', 100)
    for (const [at, body] of bodies.entries()) {
      if (at === 30 || at === 70) proxy.cut()
      await stack.append(job.id, body)
    }
    await done
    expect(seqs(frames)).toEqual(range(0, bodies.length))
    await proxy.close()
  })

  it('tells a queued job when its place changes', async () => {
    const ahead = await submitJob(stack.api.url, { priority: 5 })
    const { frames } = collect(await open())
    await until(() => frames.length === 1)
    expect(frames[0]?.data['queue_position']).toBe(1)
    await fetch(`${stack.api.url}${ahead.urls.cancel}`, { method: 'POST' })
    await until(() => frames.length === 2)
    expect(frames[1]).toMatchObject({ id: null, event: 'status', data: { queue_position: 0 } })
  })

  it('shows previews, unless they are not wanted', async () => {
    const data = new Uint8Array([0xff, 0xd8, 0xff])
    await stack.append(job.id, RUNNING)
    await stack.store.publishPreview(job.id, { nodeId: '3', contentType: 'image/jpeg', data })
    const [shown, hidden] = [
      collect(await open()),
      collect(await open(stack.api.url, {}, '?previews=false')),
    ]
    await until(() => shown.frames.some(({ event }) => event === 'preview'))
    await stack.append(job.id, FAILED)
    await Promise.all([shown.done, hidden.done])
    const preview = shown.frames.find(({ event }) => event === 'preview')
    assertContract('PreviewEvent', preview?.data)
    expect(preview).toMatchObject({
      id: null,
      data: { node_id: '3', content_type: 'image/jpeg', data_base64: '/9j/' },
    })
    expect(hidden.frames.map(({ event }) => event)).toEqual(['status', 'status'])
  })

  it('can be asked about without being opened', async () => {
    const response = await fetch(`${stack.api.url}${job.urls.events}`, { method: 'HEAD' })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ])
  })
})
