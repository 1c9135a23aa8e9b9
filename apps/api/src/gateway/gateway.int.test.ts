import type { JobView } from '@safelight/shared'
import { newHostReport, startRedisProxy, until } from '@safelight/testkit'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { readJob, submitJob } from '../testing/http.ts'
import { FAILED, RUNNING, smallJob } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { follow, trackSockets, watch } from '../testing/watch-socket.ts'

/** Of such jobs nothing was learned. */
const ONE_ENDED = { finished: 1, timed: 1, executionMs: 3_000 }

let stack: ApiStack
let job: JobView
const open = trackSockets()
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

/** What the store says, as this server shows it. */
async function truth(): Promise<unknown> {
  const snapshot = await stack.store.load(job.id)
  return { ...snapshot, outputs: expect.any(Array) }
}

const seqs = (events: { seq: number }[]) => events.map(({ seq }) => seq)
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('watching', () => {
  it('is acknowledged with the job as it is, then every event comes once, in order', async () => {
    const heard = await follow(open(stack.api.url), { jobId: job.id })
    expect(heard.ack).toMatchObject({ ok: true, queuePosition: 0, snapshot: { seq: 0 } })
    const bodies = smallJob('o', 30)
    for (const body of bodies) await stack.append(job.id, body)
    await until(() => heard.snapshot?.status === 'succeeded')
    expect(seqs(heard.events)).toEqual(range(1, bodies.length))
    expect(heard.snapshot).toEqual(await truth())
    expect(heard.snapshot?.outputs[0]).toMatchObject({
      id: 'o',
      job_id: job.id,
      url: `${stack.api.url}/api/v2/assets/o/content`,
    })
  })

  it('ends alike for those there from the start, late, returning, and on another process', async () => {
    const other = await stack.startApi()
    const bodies = smallJob('o', 40)
    const early = await follow(open(stack.api.url), { jobId: job.id })
    const leaver = open(stack.api.url)
    const left = await follow(leaver, { jobId: job.id })
    const pause = async (from: number, to: number) => {
      for (const body of bodies.slice(from, to)) await stack.append(job.id, body)
    }
    await pause(0, 10)
    await until(() => left.snapshot?.seq === 10)
    leaver.disconnect()
    await pause(10, 20)
    const back = await follow(open(stack.api.url), { jobId: job.id, afterSeq: 10 }, left.snapshot)
    const late = await follow(open(stack.api.url), { jobId: job.id })
    const elsewhere = await follow(open(other.url), { jobId: job.id })
    await pause(20, bodies.length)
    const all = [early, back, late, elsewhere]
    await until(() => all.every(({ snapshot }) => snapshot?.status === 'succeeded'))
    for (const { snapshot } of all) expect(snapshot).toEqual(await truth())
    // to the last url: who folded every event holds what who asks afterwards is given
    const asked = await watch(open(stack.api.url), { jobId: job.id })
    for (const { snapshot } of [early, back, late])
      expect(asked).toMatchObject({ ok: true, snapshot })
    expect(seqs(back.events)).toEqual(range(11, bodies.length))
    expect(seqs(late.events)).toEqual(range(21, bodies.length))
  })

  it('after more than is kept gets a snapshot in place of the events', async () => {
    for (const body of smallJob('o').slice(0, 6)) await stack.append(job.id, body)
    await stack.redis.xtrim(stack.keys.events(job.id), 'MAXLEN', 1)
    const heard = await follow(open(stack.api.url), { jobId: job.id, afterSeq: 2 })
    await until(() => heard.resyncs.length === 1)
    expect(heard.snapshot).toMatchObject({ seq: 6 })
    await stack.append(job.id, FAILED)
    await until(() => heard.snapshot?.status === 'failed')
  })

  it('of an ended job is acknowledged with the end', async () => {
    for (const body of smallJob('o')) await stack.append(job.id, body)
    const answer = await watch(open(stack.api.url), { jobId: job.id })
    expect(answer).toMatchObject({
      ok: true,
      snapshot: { status: 'succeeded' },
      queuePosition: null,
    })
  })

  it('twice by one socket is one watch', async () => {
    const socket = open(stack.api.url)
    const first = await follow(socket, { jobId: job.id })
    await watch(socket, { jobId: job.id })
    const bodies = smallJob('o')
    for (const body of bodies) await stack.append(job.id, body)
    await until(() => first.snapshot?.status === 'succeeded')
    expect(seqs(first.events)).toEqual(range(1, bodies.length))
  })

  it('twice in the same breath answers both', async () => {
    const socket = open(stack.api.url)
    const answers = await Promise.all([
      watch(socket, { jobId: job.id }),
      watch(socket, { jobId: job.id }),
    ])
    expect(answers.map(({ ok }) => ok)).toEqual([false, true])
  })

  it('stops when asked to', async () => {
    const socket = open(stack.api.url)
    const heard = await follow(socket, { jobId: job.id })
    await stack.append(job.id, RUNNING)
    await until(() => heard.events.length === 1)
    expect(await socket.emitWithAck('unwatch', { jobId: job.id })).toEqual({ ok: true })
    const other = await follow(open(stack.api.url), { jobId: job.id })
    await stack.append(job.id, FAILED)
    await until(() => other.snapshot?.status === 'failed')
    expect(heard.events).toHaveLength(1)
  })

  it('goes on without a hole when the connection to Redis breaks', async () => {
    const proxy = await startRedisProxy(inject('redisUrl'))
    const api = await stack.startApi({ REDIS_URL: proxy.url })
    const heard = await follow(open(api.url), { jobId: job.id })
    const bodies = smallJob('o', 100)
    for (const [at, body] of bodies.entries()) {
      if (at === 30 || at === 70) proxy.cut()
      await stack.append(job.id, body)
    }
    await until(() => heard.snapshot?.status === 'succeeded')
    expect(seqs(heard.events)).toEqual(range(1, bodies.length))
    await proxy.close()
  })

  it('works over polling too', async () => {
    const heard = await follow(open(stack.api.url, { transports: ['polling'] }), { jobId: job.id })
    for (const body of smallJob('o')) await stack.append(job.id, body)
    await until(() => heard.snapshot?.status === 'succeeded')
    expect(heard.snapshot).toEqual(await truth())
  })

  it('tells a queued job when its place changes', async () => {
    const ahead = await submitJob(stack.api.url, { priority: 9 })
    const heard = await follow(open(stack.api.url), { jobId: job.id })
    expect(heard.ack).toMatchObject({ queuePosition: 1 })
    await fetch(`${stack.api.url}${ahead.urls.cancel}`, { method: 'POST' })
    await until(() => heard.positions.length === 1)
    expect(heard.positions).toEqual([0])
  })

  it('tells a queued job when it should be done, as soon as a host may take it', async () => {
    await submitJob(stack.api.url, { priority: 9 })
    const heard = await follow(open(stack.api.url), { jobId: job.id })
    expect(heard.ack).toMatchObject({ queuePosition: 1, etaMs: null })
    await stack.hosts.report(newHostReport(await stack.store.now(), { throughput: ONE_ENDED }))
    await until(() => heard.etas.length === 1)
    expect(heard.etas[0]).toBeGreaterThan(0)
    expect((await readJob(stack.api.url, job.id)).eta_ms).toBe(heard.etas[0])
  })

  it('shows previews to who asked, as bytes', async () => {
    const shown = await follow(open(stack.api.url), { jobId: job.id, previews: true })
    const hidden = await follow(open(stack.api.url), { jobId: job.id })
    await stack.append(job.id, RUNNING)
    const data = new Uint8Array([1, 2, 3])
    await until(async () => {
      await stack.store.publishPreview(job.id, { nodeId: null, contentType: 'image/png', data })
      return shown.previews.length > 0
    })
    const [frame] = shown.previews
    expect(frame).toMatchObject({ jobId: job.id, nodeId: null, contentType: 'image/png' })
    expect([...(frame?.data ?? [])]).toEqual([1, 2, 3])
    expect(hidden.previews).toEqual([])
  })
})
