import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { DEAD, RUNNING, WORKFLOW } from '../testing/play-worker.ts'
import { startOwnRedis } from '../testing/own-redis.ts'
import { type ApiStack, startApiStack } from '../testing/api-stack.ts'
import { until } from '@safelight/testkit'

let redis: Awaited<ReturnType<typeof startOwnRedis>>
let stack: ApiStack
beforeEach(async ({ skip }) => {
  redis = await startOwnRedis(skip)
  onTestFinished(() => redis.close())
  // it never looks at Redis' memory again: what refuses here is Redis itself
  stack = await startApiStack({ redisUrl: redis.url, timings: { store: { memoryAgeMs: 1e9 } } })
})
afterEach(() => stack?.close())

const fill = () => redis.redis.config('SET', 'maxmemory', '1')
const empty = () => redis.redis.config('SET', 'maxmemory', '0')

async function refusal(path: string, method: string, body?: object) {
  const startedAt = performance.now()
  const response = await fetch(`${stack.api.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const { code, message } = await readError(response)
  // at once, on a machine that does other things, too
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  return { status: response.status, code, message }
}

describe('a full Redis', () => {
  it('refuses new jobs with 503 and a reason, leaves nothing behind, and is read all the same', async () => {
    const old = await submitJob(stack.api.url)
    await fill()
    const answer = await refusal('/api/v2/jobs', 'POST', {
      workflow: WORKFLOW,
      extra_data: { api_key_comfy_org: 'k' },
    })
    expect(answer).toMatchObject({ status: 503, code: 'unavailable' })
    expect(answer.message).toContain('full')
    expect(await readJob(stack.api.url, old.id)).toMatchObject({ id: old.id, queue_position: 0 })
    const listed = await fetch(`${stack.api.url}/api/v2/jobs`)
    expect(await listed.json()).toMatchObject({ jobs: [{ id: old.id }] })
    const watchful = await stack.startApi({}, { store: { memoryAgeMs: 0 } })
    const readiness = await fetch(`${watchful.url}/readyz`)
    expect(readiness.status).toBe(503)
    expect((await readError(readiness)).details).toEqual({ reason: 'full' })
    expect(await redis.redis.keys('*:secrets')).toEqual([])
    await empty()
    // nobody was restarted, and the key is still good
    const again = await post(
      `${stack.api.url}/api/v2/jobs`,
      { workflow: WORKFLOW },
      { 'idempotency-key': 'k' },
    )
    expect(again.status).toBe(201)
  })

  it('does not half cancel a job, and cancels it when there is room', async () => {
    const { id } = await submitJob(stack.api.url)
    await fill()
    expect((await refusal(`/api/v2/jobs/${id}/cancel`, 'POST', {})).status).toBe(503)
    expect(await readJob(stack.api.url, id)).toMatchObject({ status: 'queued', seq: 0 })
    await empty()
    const response = await post(`${stack.api.url}/api/v2/jobs/${id}/cancel`, {})
    expect(await response.json()).toMatchObject({ status: 'canceled', seq: 1 })
  })

  it('does not lose a dead letter that cannot be replayed', async () => {
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    await stack.append(id, DEAD)
    await fill()
    expect((await refusal(`/api/v2/dead-letters/${id}/replay`, 'POST')).status).toBe(503)
    expect((await fetch(`${stack.api.url}/api/v2/dead-letters/${id}`)).status).toBe(200)
    await empty()
    expect((await post(`${stack.api.url}/api/v2/dead-letters/${id}/replay`, {})).status).toBe(201)
  })
})

describe('a Redis that became a replica', () => {
  it('is read, takes no job, and takes them again after the failover, without a restart', async () => {
    const old = await submitJob(stack.api.url)
    await redis.redis.replicaof('127.0.0.1', '1')
    const answer = await refusal('/api/v2/jobs', 'POST', { workflow: WORKFLOW })
    expect(answer).toMatchObject({ status: 503, code: 'unavailable' })
    expect(answer.message).toContain('no changes')
    await until(async () => (await fetch(`${stack.api.url}/api/v2/jobs/${old.id}`)).status === 200)
    // a worker does not answer people: what it writes waits for the new primary
    let written = false
    const append = (async () => {
      await stack.append(old.id, RUNNING)
      written = true
    })()
    expect((await refusal('/api/v2/jobs', 'POST', { workflow: WORKFLOW })).status).toBe(503)
    expect(written).toBe(false)
    await redis.redis.replicaof('NO', 'ONE')
    await append
    await until(
      async () =>
        (await post(`${stack.api.url}/api/v2/jobs`, { workflow: WORKFLOW })).status === 201,
    )
    expect(await readJob(stack.api.url, old.id)).toMatchObject({ status: 'running' })
  })
})
