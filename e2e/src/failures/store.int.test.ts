/** Redis nearly full, Redis late, and clocks that differ: the whole house in one process, so that its clocks can be set. */
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createClient } from '@safelight/client'
import { systemClock } from '@safelight/runtime'
import { startSimulator } from '@safelight/simulator'
import { readMemoryInfo } from '@safelight/store'
import { findOrStartRedis } from '@safelight/testkit'
import { openRedisProxy, openTestBed } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { endOf, submit, textToImage, whenExecuting } from '../testing/client.ts'
import { slow } from '../testing/workflows.ts'

interface Differences {
  redisUrl?: string
  /** How far the clocks of the API and of the worker are off. */
  apiOffMs?: number
  workerOffMs?: number
}

const off = (ms: number) => ({ ...systemClock, now: () => Date.now() + ms })

async function open({ redisUrl, apiOffMs = 0, workerOffMs = 0 }: Differences = {}) {
  const bed = await openTestBed(redisUrl)
  onTestFinished(() => bed.close())
  const { scope, log, env } = bed
  const host = scope.use(await startSimulator({ dialect: '0.33.0', speed: 10 }))
  const api = scope.use(
    await createApi(loadApiConfig({ ...env, PORT: '0' }), {
      log,
      clock: off(apiOffMs),
      timings: { deadlineSweepMs: 20, store: { memoryAgeMs: 0 } },
    }),
  )
  const config = loadWorkerConfig({ ...env, COMFYUI_HOSTS: host.url, HOST_SLOTS: '1' })
  const timings = QUICK_TIMINGS
  const worker = scope.use(await createWorkerApp(config, { log, timings, clock: off(workerOffMs) }))
  return { bed, url: api.url, closeWorker: () => worker.close() }
}

describe('Redis nearly full', () => {
  it('refuses new jobs, and lets the accepted ones end and be canceled', async ({ skip }) => {
    if (inject('redisKind') !== 'process') skip('this needs a redis-server that may be filled')
    const server = await findOrStartRedis({ only: 'process' })
    onTestFinished(() => server.close())
    const { bed, url } = await open({ redisUrl: server.url })
    const running = await submit(url, slow({ steps: 40, seconds: 0.2 }))
    await whenExecuting(url, running.id)
    const waiting = await submit(url, textToImage(1, 1))

    const filler = bed.keys.job('filler')
    await bed.redis.setrange(filler, 30_000_000, 'x')
    const { used } = readMemoryInfo(await bed.redis.info('memory'))
    await bed.redis.config('SET', 'maxmemory', String(Math.round(used / 0.95)))

    const client = createClient({ baseUrl: url })
    const refused = await fetch(`${url}/api/v2/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ workflow: textToImage(2, 1) }),
    })
    expect(refused.status).toBe(503)
    const readiness = await fetch(`${url}/readyz`)
    const said = { status: 'degraded', reasons: [{ code: 'redis_full' }] }
    expect([readiness.status, await readiness.json()]).toMatchObject([200, said])
    expect(await client.jobs.cancel(waiting.id)).toMatchObject({ status: 'canceled' })
    expect(await endOf(url, running.id)).toMatchObject({ status: 'succeeded', attempt: 1 })

    await bed.redis.del(filler)
    expect(await submit(url, textToImage(3, 1))).toMatchObject({ status: 'queued' })
  })
})

describe('answer to an accept comes late', () => {
  it('leaves one job, which the client finds by its own key', async () => {
    const bed = await openTestBed()
    onTestFinished(() => bed.close())
    const proxy = await openRedisProxy()
    const config = loadApiConfig({ ...bed.env, REDIS_URL: proxy.url, PORT: '0' })
    const timings = { requestDeadlineMs: 1_000, store: { answerInFlightMs: 100 } }
    const api = bed.scope.use(await createApi(config, { log: bed.log, timings }))
    const answers: unknown[] = []
    const client = createClient({
      baseUrl: api.url,
      async fetch(input, init) {
        const answer = await fetch(input, init)
        answers.push([answer.status, await answer.clone().json()])
        // heard again from the first refusal on
        if (answer.status === 503) proxy.restore()
        return answer
      },
    })
    // scripts are known from here on: an accept is one command
    await client.jobs.submit(textToImage(31, 1))
    answers.length = 0
    proxy.muteAt('"not-heard"')
    const job = await client.jobs.submit(textToImage(32, 1), { metadata: { which: 'not-heard' } })
    const told = { error: { details: { job_id: job.id, maybe_accepted: true } } }
    expect(answers[0]).toMatchObject([503, told])
    const { jobs } = await bed.store.list({ limit: 10, status: ['queued'] })
    const made = jobs.filter(({ metadata }) => metadata?.['which'] === 'not-heard')
    expect(made.map(({ jobId }) => jobId)).toEqual([job.id])
  })
})

describe('a record that nobody can read', () => {
  it('ends as a dead letter, while the others are listed and run', async () => {
    const { bed, url } = await open()
    const client = createClient({ baseUrl: url })
    const first = await client.jobs.submit(slow({ steps: 40, seconds: 0.2 }))
    await whenExecuting(url, first.id)
    const damaged = await client.jobs.submit(textToImage(51, 1))
    const sound = await client.jobs.submit(textToImage(52, 1))
    await bed.redis.hset(bed.keys.job(damaged.id), 'snapshot', '{"jobId":')

    const { jobs } = await client.jobs.list()
    expect(jobs.map(({ id }) => id)).toEqual([sound.id, first.id])
    const answer = await fetch(`${url}/api/v2/jobs/${damaged.id}`)
    expect([answer.status, await answer.json()]).toMatchObject([
      500,
      { error: { code: 'upstream_error', message: expect.stringContaining('cannot be read') } },
    ])
    for (const { id } of [first, sound])
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    await expect
      .poll(async () => (await fetch(`${url}/api/v2/jobs/${damaged.id}`)).status)
      .toBe(200)
    expect(await client.jobs.get(damaged.id)).toMatchObject({
      status: 'failed',
      error: { code: 'internal' },
      dead_letter: true,
    })
  })
})

describe('a process whose clock is wrong', () => {
  it.each([
    ['the API ahead, the worker behind', { apiOffMs: 120_000, workerOffMs: -120_000 }],
    ['the API behind, the worker ahead', { apiOffMs: -120_000, workerOffMs: 120_000 }],
  ])('ends no job before its time: %s', async (_, differences) => {
    const { bed, url } = await open(differences)
    const client = createClient({ baseUrl: url })
    const limits = { start_deadline_s: 60, timeout_s: 60 }
    const first = await client.jobs.submit(slow({ steps: 90, seconds: 0.2 }), limits)
    const waiting = await client.jobs.submit(textToImage(41, 1), limits)
    const tooLate = await client.jobs.submit(slow({ steps: 11, seconds: 0.2 }), {
      start_deadline_s: 1,
    })
    for (const { id } of [first, waiting])
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await endOf(url, tooLate.id)).toMatchObject({ status: 'expired' })
    const done = await bed.store.load(first.id)
    const dayMs = 24 * 3_600_000
    expect(Math.abs((done?.expiresAt ?? 0) - Date.now() - dayMs)).toBeLessThan(30_000)
  })

  it.each([
    ['the worker ahead, the API behind', { apiOffMs: -120_000, workerOffMs: 120_000 }],
    ['the worker behind, the API ahead', { apiOffMs: 120_000, workerOffMs: -120_000 }],
  ])('is no other’s trouble: %s', async (_, differences) => {
    const { url, closeWorker } = await open(differences)
    const client = createClient({ baseUrl: url })
    const isNow = (time: string | number | null) =>
      Math.abs(new Date(time ?? 0).getTime() - Date.now()) < 30_000
    const stateOf = async () => (await client.hosts.list())[0]

    const job = await client.jobs.submit(slow({ steps: 60, seconds: 0.2 }))
    await expect.poll(async () => (await stateOf())?.last_movement_at ?? null).not.toBeNull()
    const host = await stateOf()
    expect(['ready', 'busy']).toContain(host?.state)
    const times = [host?.since, host?.last_seen_at, host?.last_movement_at]
    expect(times.map((time) => isNow(time ?? null))).toEqual([true, true, true])
    const stream = await fetch(`${url}/api/v2/jobs/${job.id}/events?format=native`)
    const text = await readUntil(stream, 'event: snapshot')
    expect(isNow(Number(/"now":(\d+)/.exec(text)?.[1]))).toBe(true)

    const { metrics } = await endOf(url, job.id)
    expect(metrics.queue_ms).toBeGreaterThanOrEqual(0)
    expect(metrics.queue_ms).toBeLessThan(30_000)
    // neither ready for ever
    await closeWorker()
    expect(await stateOf()).toMatchObject({ state: 'offline', reason: { code: 'no_worker' } })
  })
})

/** The beginning of a stream, as far as this text. */
async function readUntil(answer: Response, text: string): Promise<string> {
  const decoder = new TextDecoder()
  let read = ''
  // leaving the loop gives the stream up
  for await (const chunk of answer.body ?? []) {
    read += decoder.decode(chunk, { stream: true })
    if (read.includes(text) && read.endsWith('\n\n')) break
  }
  return read
}
