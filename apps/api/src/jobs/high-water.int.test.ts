import { readMemoryInfo } from '@safelight/store'
import { until } from '@safelight/testkit'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { post, readError, submitJob } from '../testing/http.ts'
import { startOwnRedis } from '../testing/own-redis.ts'
import { RUNNING, smallJob, WORKFLOW } from '../testing/play-worker.ts'
import { type ApiStack, startApiStack } from '../testing/api-stack.ts'
import { z } from 'zod'

const readinessSchema = z.object({
  status: z.string(),
  reasons: z.array(z.object({ code: z.string() })),
})

const TEXT_BYTES = 200_000
const large = {
  ...WORKFLOW,
  '3': { class_type: 'Note', inputs: { text: 'x'.repeat(TEXT_BYTES) } },
}

describe('a Redis that is nearly full', () => {
  let redis: Awaited<ReturnType<typeof startOwnRedis>>
  let stack: ApiStack
  beforeEach(async ({ skip }) => {
    redis = await startOwnRedis(skip)
    onTestFinished(() => redis.close())
    stack = await startApiStack({ redisUrl: redis.url, timings: { store: { memoryAgeMs: 0 } } })
  })
  afterEach(() => stack?.close())

  const readMemory = async () => readMemoryInfo(await redis.redis.info('memory'))
  const readiness = async () => {
    const response = await fetch(`${stack.api.url}/readyz`)
    const { status, reasons } = readinessSchema.parse(await response.json())
    return [response.status, status, ...reasons.map(({ code }) => code)]
  }

  /** Submits until it is refused. */
  async function fill() {
    await submitJob(stack.api.url)
    const { used } = await readMemory()
    await redis.redis.config('SET', 'maxmemory', String(used + 8_000_000))
    const accepted: string[] = []
    for (;;) {
      const response = await post(`${stack.api.url}/api/v2/jobs`, { workflow: large })
      if (response.status !== 201) return { accepted, refused: response }
      const { id }: { id: string } = JSON.parse(await response.text())
      accepted.push(id)
      if (accepted.length > 100) throw new Error('it is never full')
    }
  }

  it('takes no more jobs, says why, and has room for the ends and cancels of what it took', async () => {
    expect(await readiness()).toEqual([200, 'ok'])
    const { accepted, refused } = await fill()
    expect(accepted.length).toBeGreaterThan(3)
    const error = await readError(refused)
    expect([refused.status, error.code, error.details]).toEqual([
      503,
      'unavailable',
      { reason: 'full' },
    ])
    // nobody takes it for a disk
    expect(error.message).toMatch(/^No new jobs and uploads at the moment: .*Redis.* nearly full/)
    expect(refused.headers.get('retry-after')).not.toBeNull()
    const refusals = stack.logged.filter((line) => line.includes('REDIS_HIGH_WATER'))
    expect(refusals).toHaveLength(1)
    expect(refusals[0]).toMatch(/"level":"warn".*Redis is at 9\d % .*\(REDIS_HIGH_WATER is 90\)/)
    const { used, max } = await readMemory()
    // refused by us, before Redis would have; what it held for the requests themselves is gone by now
    expect(used).toBeLessThan(max)
    // what is there can be read, watched and canceled: nobody is to be sent elsewhere
    expect(await readiness()).toEqual([200, 'degraded', 'redis_full'])

    const [first = '', ...others] = accepted
    for (const body of [RUNNING, ...smallJob('asset', 20).slice(1)]) await stack.append(first, body)
    expect(await stack.store.load(first)).toMatchObject({ status: 'succeeded' })
    for (const id of others) {
      const response = await post(`${stack.api.url}/api/v2/jobs/${id}/cancel`, {})
      expect(await response.json()).toMatchObject({ status: 'canceled' })
    }
  })

  it('takes jobs again when there is room, without a restart', async () => {
    await fill()
    await redis.redis.config('SET', 'maxmemory', '0')
    await until(async () => (await readiness())[1] === 'ok')
    expect((await submitJob(stack.api.url)).status).toBe('queued')
  })
})

describe('the bytes of what waits', () => {
  let stack: ApiStack
  beforeEach(async () => {
    stack = await startApiStack()
  })
  afterEach(() => stack.close())

  it('have a bound: beyond it nothing is taken until something has ended', async () => {
    const { url } = await stack.startApi({ MAX_QUEUE_BYTES: String(2 * TEXT_BYTES) })
    const submit = () => post(`${url}/api/v2/jobs`, { workflow: large })
    const ids: string[] = []
    for (let count = 0; count < 2; count++) {
      const { id }: { id: string } = JSON.parse(await (await submit()).text())
      ids.push(id)
    }
    const refused = await submit()
    expect([refused.status, (await readError(refused)).code]).toEqual([429, 'queue_full'])
    const [first = '', second = ''] = ids
    await stack.append(first, RUNNING)
    expect((await submit()).status).toBe(429)
    for (const body of smallJob('asset').slice(1)) await stack.append(first, body)
    expect((await submit()).status).toBe(201)
    await post(`${url}/api/v2/jobs/${second}/cancel`, {})
    expect(await stack.store.openBytes()).toBeLessThan(2 * TEXT_BYTES)
  })

  it('are none when nothing waits, also after jobs that were never counted', async () => {
    const counted = await submitJob(stack.api.url)
    // as an older version left it
    await stack.redis.set(stack.keys.openBytes, 5)
    await stack.append(counted.id, { type: 'status', status: 'canceled', phase: null })
    expect(await stack.store.openBytes()).toBe(0)
    const { id } = await submitJob(stack.api.url)
    expect(await stack.store.openBytes()).toBe(JSON.stringify(WORKFLOW).length)
    await stack.redis.set(stack.keys.openBytes, 1_000_000)
    await stack.append(id, { type: 'status', status: 'canceled', phase: null })
    expect(await stack.store.openBytes()).toBe(0)
  })
})
