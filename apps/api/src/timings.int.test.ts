import { toStoreTimings } from '@safelight/store'
import { collect, until } from '@safelight/testkit'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { describe, expect, it } from 'vitest'
import { loadApiConfig } from './config.ts'
import { post, readJob, submitJob } from './testing/http.ts'
import { WORKFLOW } from './testing/play-worker.ts'
import { shareStack, type ApiStack } from './testing/api-stack.ts'
import { createTimings } from './timings.ts'

/** How long a store would wait that has no deadline above it. */
const PATIENT_MS = 60_000

let stack: ApiStack
// every other test file is in a hurry: this one takes the times of a process as it is deployed
shareStack((shared) => (stack = shared), { timings: createTimings() })

it('the times of a process fit together', () => {
  const timings = createTimings()
  // a client must know within two seconds that Redis is away
  expect(timings.requestDeadlineMs).toBeLessThan(2_000)
  expect(timings.requestDeadlineMs).toBeLessThan(toStoreTimings(timings.store).redisCommandMs)
  expect(timings.readinessPingMs).toBeLessThan(timings.requestDeadlineMs)
  expect(timings.cancelManyMs).toBeLessThan(timings.requestDeadlineMs - 500)
  // who reloads a page is told to come back sooner than its job is given up
  expect(timings.streamReturnMs).toBeLessThan(timings.unsubscribeGraceMs)
  expect(timings.rereadRetryMs).toBeLessThan(timings.rereadMs)
  expect(() => createTimings({ keepAliveMs: -1 })).toThrow('keepAliveMs')
  expect(() => createTimings(JSON.parse('{"keepAlive": 1}'))).toThrow('keepAlive')
})

it('a setting takes the place of defaults, and names only what there is', () => {
  const load = (timings: object) =>
    loadApiConfig({ SAFELIGHT_TIMINGS: JSON.stringify(timings) }).SAFELIGHT_TIMINGS
  const set = load({ keepAliveMs: 5, store: { redisCommandMs: 7, redisConnectMs: 8 } })
  expect(createTimings(set, { store: { redisCommandMs: 9 } })).toEqual({
    ...createTimings(),
    keepAliveMs: 5,
    store: { redisCommandMs: 9, redisConnectMs: 8 },
  })
  expect(() => load({ keepAlive: 5 })).toThrow('keepAlive')
  expect(() => load({ store: { redisCommand: 5 } })).toThrow('redisCommand')
})

it('a queued job gets its new position without asking', async () => {
  const ahead = await submitJob(stack.api.url, { priority: 5 })
  const job = await submitJob(stack.api.url)
  const { frames } = collect(await fetch(`${stack.api.url}${job.urls.events}`))
  await until(() => frames.length === 1)
  await fetch(`${stack.api.url}${ahead.urls.cancel}`, { method: 'POST' })
  await until(() => frames.length === 2)
  expect(frames[1]).toMatchObject({ data: { queue_position: 0 } })
})

describe('when Redis is away', () => {
  // the deadline for an answer is under two seconds, as is told above: nobody waits for more than that
  const timings = { store: { redisCommandMs: PATIENT_MS, redisConnectMs: PATIENT_MS } }
  const settled = async (response: Promise<Response>) => {
    const startedAt = performance.now()
    const { status } = await response
    return { status, waited: performance.now() - startedAt > PATIENT_MS / 2 }
  }
  const ask = (url: string) =>
    Promise.all([
      settled(post(`${url}/api/v2/jobs`, { workflow: WORKFLOW })),
      settled(fetch(`${url}/api/v2/jobs`)),
      settled(fetch(`${url}/api/v2/jobs/some-id`)),
      settled(fetch(`${url}/api/v2/jobs/some-id/events`)),
      settled(post(`${url}/api/v2/jobs/some-id/cancel`, {})),
      settled(fetch(`${url}/api/v2/assets/some-id/content`)),
      settled(fetch(`${url}/readyz`)),
    ])
  const refused = Array.from({ length: 7 }, () => ({ status: 503, waited: false }))

  it('every answer is 503 by the deadline, however patient the store is, and all is well when it is back', async () => {
    const proxy = await openRedisProxy()
    const api = await stack.startApi({ REDIS_URL: proxy.url }, timings)
    const before = await submitJob(api.url)
    proxy.refuse()
    await until(async () => (await fetch(`${api.url}/readyz`)).status === 503)
    expect(await ask(api.url)).toEqual(refused)
    expect((await fetch(`${api.url}/livez`)).status).toBe(200)
    proxy.restore()
    await until(async () => (await fetch(`${api.url}/readyz`)).status === 200)
    expect((await readJob(api.url, before.id)).status).toBe('queued')
    await submitJob(api.url)
  })

  it('also when it keeps the connection and says nothing', async () => {
    const proxy = await openRedisProxy()
    const api = await stack.startApi({ REDIS_URL: proxy.url }, timings)
    await submitJob(api.url)
    proxy.swallow()
    expect(await ask(api.url)).toEqual(refused)
    proxy.restore()
    await until(async () => (await fetch(`${api.url}/readyz`)).status === 200)
    await submitJob(api.url)
  })

  it('the process starts all the same', async () => {
    const proxy = await openRedisProxy()
    proxy.refuse()
    const api = await stack.startApi({ REDIS_URL: proxy.url })
    expect((await fetch(`${api.url}/readyz`)).status).toBe(503)
    proxy.restore()
    await until(async () => (await fetch(`${api.url}/readyz`)).status === 200)
    await submitJob(api.url)
  })
})
