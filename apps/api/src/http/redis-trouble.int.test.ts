import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { DEAD, RUNNING, WORKFLOW } from '../testing/play-worker.ts'
import { startOwnRedis } from '../testing/own-redis.ts'
import { type ApiStack, startApiStack } from '../testing/api-stack.ts'
import { until } from '@safelight/testkit'
import { z } from 'zod'

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
    expect([readiness.status, await readiness.json()]).toMatchObject([
      200,
      { status: 'degraded', reasons: [{ code: 'redis_full', degrades: true }] },
    ])
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

describe('a Redis that cannot write to its disk', () => {
  it('is read, and said to take no jobs, by an API that is ready all the same', async () => {
    const { id } = await submitJob(stack.api.url)
    const [, dir = ''] = await redis.redis.config('GET', 'dir')
    await redis.redis.config('SET', 'save', '3600 1')
    await rm(dir, { recursive: true })
    await redis.redis.bgsave()
    await until(async () =>
      /rdb_last_bgsave_status:err/.test(await redis.redis.info('persistence')),
    )
    expect((await refusal('/api/v2/jobs', 'POST', { workflow: WORKFLOW })).message).toContain(
      'no changes',
    )
    expect(await readJob(stack.api.url, id)).toMatchObject({ id })
    const readiness = await fetch(`${stack.api.url}/readyz`)
    expect([readiness.status, await readiness.json()]).toMatchObject([
      200,
      { status: 'degraded', reasons: [{ code: 'redis_read_only', degrades: true }] },
    ])
    await redis.redis.config('SET', 'stop-writes-on-bgsave-error', 'no')
    await until(async () => (await submitJob(stack.api.url)).status === 'queued')
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

describe('a Redis that does not let it in', () => {
  const acl = (...rules: string[]) => redis.redis.call('ACL', 'SETUSER', 'our-user', ...rules)
  const submit = () => post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW })
  let api: Awaited<ReturnType<ApiStack['startApi']>>
  beforeEach(async () => {
    await acl('on', '>hunter-one', '~*', '&*', '+@all')
    const REDIS_URL = redis.url.replace('//', '//our-user:hunter-one@')
    api = await stack.startApi({ REDIS_URL, ADMIN_PORT: '0' })
  })
  const unavailable = () =>
    stack.logged
      .map((line) => z.looseObject({ msg: z.string() }).parse(JSON.parse(line)))
      .filter(({ msg }) => msg.startsWith('unavailable'))

  it('is told from one that is away, without its user or password, until it does again', async () => {
    await acl('resetpass', '>hunter-two')
    await redis.redis.call('CLIENT', 'KILL', 'USER', 'our-user')
    const ready = async () => await (await fetch(`${api.url}/readyz`)).text()
    await until(async () => (await ready()).includes('redis_denied'))
    expect(JSON.parse(await ready())).toMatchObject({
      error: { details: { reason: 'denied', reasons: [{ code: 'redis_denied' }] } },
    })
    expect(await ready()).not.toMatch(/hunter|our-user/)
    const metrics = await (await fetch(`${api.adminUrl}/metrics`)).text()
    expect(metrics).toMatch(/^safelight_redis_errors_total\{role="api",reason="denied"\} [1-9]/m)
    expect(stack.logged.join('')).toContain('Redis does not accept our user or password')
    expect(stack.logged.join('')).not.toContain('hunter')
    await acl('>hunter-one')
    await until(async () => (await submit()).status === 201)
  })

  it('refuses what its user may not do with 503, and a log says so once, and then how often', async () => {
    await acl('-evalsha', '-eval')
    for (let n = 0; n < 20; n += 1) {
      const refused = await submit()
      expect([refused.status, await refused.json()]).toMatchObject([
        503,
        { error: { code: 'unavailable', details: { reason: 'denied' } } },
      ])
    }
    expect(unavailable()).toMatchObject([{ msg: 'unavailable', reason: 'denied' }])
    await api.close()
    expect(unavailable()).toMatchObject([{}, { msg: 'unavailable: more like it', more: 19 }])
  })
})
