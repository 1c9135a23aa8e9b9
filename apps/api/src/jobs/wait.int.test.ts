import { type JobView, jobViewSchema } from '@safelight/shared'
import { startRedisProxy, until } from '@safelight/testkit'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { assertContract } from '../testing/contract.ts'
import { post, readError, submitJob } from '../testing/http.ts'
import { RUNNING, smallJob, SUCCEEDED, WORKFLOW } from '../testing/play-worker.ts'

let stack: ApiStack
let job: JobView
// an answer may be held for longer than one may take to be known
shareStack((shared) => (stack = shared), { timings: { requestDeadlineMs: 1_000 } })
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

const ask = (query: string, init: RequestInit = {}, base = stack.api.url) =>
  fetch(`${base}${job.urls.self}${query}`, init)
const prefer = (wait: string) => ({ headers: { prefer: wait } })
const readView = async (response: Response) => jobViewSchema.parse(await response.json())

/** Jobs that are watched: exactly those with a live channel. */
const isWatched = async (jobId: string) => {
  const [, count] = await stack.redis.pubsub('NUMSUB', stack.keys.live(jobId))
  return Number(count) > 0
}

describe('GET /api/v2/jobs/{id}?wait', () => {
  it('answers the moment the job ends, however much longer it might have waited', async () => {
    const startedAt = performance.now()
    const held = ask('?wait=60')
    await until(() => isWatched(job.id))
    for (const body of smallJob('o')) await stack.append(job.id, body)
    const response = await held
    const view = await readView(response)
    assertContract('Job', view)
    expect([response.status, view.status, view.outputs.length]).toEqual([200, 'succeeded', 1])
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  it('answers with the job as it is when the time is over, also past the deadline of requests', async () => {
    await stack.append(job.id, RUNNING)
    const startedAt = performance.now()
    const response = await ask('?wait=2')
    expect([response.status, (await readView(response)).status]).toEqual([200, 'running'])
    expect(performance.now() - startedAt).toBeGreaterThan(1_900)
  })

  it('says where a job stands that still waits for its turn', async () => {
    await submitJob(stack.api.url)
    expect(await readView(await ask('?wait=1'))).toMatchObject({
      status: 'queued',
      queue_position: 0,
    })
  })

  it('answers at once for a job that has ended, for no time at all, and for one that is not there', async () => {
    expect((await ask('?wait=0')).status).toBe(200)
    expect((await fetch(`${stack.api.url}/api/v2/jobs/nothing?wait=60`)).status).toBe(404)
    await stack.append(job.id, RUNNING)
    await stack.append(job.id, SUCCEEDED)
    expect((await readView(await ask('?wait=60'))).status).toBe('succeeded')
  })

  it.each(['?wait=61', '?wait=-1', '?wait=1.5', '?wait=soon', '?wait=1&wait=2'])(
    'refuses %s',
    async (query) => {
      const response = await ask(query)
      expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
    },
  )

  it('holds so many per client and no more; a preference is passed over instead', async () => {
    const { url } = await stack.startApi({ MAX_STREAMS_PER_CLIENT: '1' })
    const held = ask('?wait=60', {}, url)
    await until(() => isWatched(job.id))
    const refused = await ask('?wait=60', {}, url)
    expect([refused.status, (await readError(refused)).code]).toEqual([429, 'too_many_streams'])
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    const passedOver = await ask('', prefer('wait=60'), url)
    expect([passedOver.status, passedOver.headers.get('preference-applied')]).toEqual([200, null])
    expect((await ask('', {}, url)).status).toBe(200)
    await stack.append(job.id, RUNNING)
    await stack.append(job.id, SUCCEEDED)
    expect((await held).status).toBe(200)
  })

  it('is over when the client goes', async () => {
    const { url } = await stack.startApi({ MAX_STREAMS_PER_CLIENT: '1' }, { unsubscribeGraceMs: 0 })
    const abort = new AbortController()
    const held = ask('?wait=60', { signal: abort.signal }, url)
    await until(() => isWatched(job.id))
    abort.abort()
    await expect(held).rejects.toThrow('aborted')
    await until(async () => !(await isWatched(job.id)))
    // and its place is another's
    await until(async () => (await ask('?wait=1', {}, url)).status === 200)
  })

  it('is answered when the process stops', async () => {
    const api = await stack.startApi()
    const held = ask('?wait=60', {}, api.url)
    await until(() => isWatched(job.id))
    await api.close()
    expect((await readView(await held)).status).toBe('queued')
  })

  it('hears of an end that came while Redis was away', async () => {
    const proxy = await startRedisProxy(inject('redisUrl'))
    const api = await stack.startApi({ REDIS_URL: proxy.url })
    const held = ask('?wait=60', {}, api.url)
    await until(() => isWatched(job.id))
    proxy.cut()
    await stack.append(job.id, RUNNING)
    await stack.append(job.id, SUCCEEDED)
    expect((await readView(await held)).status).toBe('succeeded')
    await proxy.close()
  })
})

describe('Prefer: wait', () => {
  it('holds a GET, and says so', async () => {
    const held = ask('', prefer('respond-async, wait=30'))
    await until(() => isWatched(job.id))
    await stack.append(job.id, RUNNING)
    await stack.append(job.id, SUCCEEDED)
    const response = await held
    expect(response.headers.get('preference-applied')).toBe('wait=30')
    expect((await readView(response)).status).toBe('succeeded')
  })

  const submit = (headers: Record<string, string>) =>
    post(`${stack.api.url}/api/v2/jobs`, { workflow: WORKFLOW }, headers)
  const newest = async () => (await stack.store.list({ limit: 1 })).jobs[0]?.jobId ?? ''

  it('holds a submission until its job has ended: 201 with what it made', async () => {
    const held = submit({ prefer: 'wait' })
    await until(async () => (await newest()) !== job.id)
    const jobId = await newest()
    for (const body of smallJob('made')) await stack.append(jobId, body)
    const response = await held
    expect([response.status, response.headers.get('preference-applied')]).toEqual([201, 'wait=60'])
    expect(await readView(response)).toMatchObject({
      id: jobId,
      status: 'succeeded',
      outputs: [{ id: 'made' }],
    })
  })

  it('answers a submission with 201 and the job as it is when the time is over', async () => {
    const response = await submit({ prefer: 'wait=1' })
    expect(response.status).toBe(201)
    expect(await readView(response)).toMatchObject({ status: 'queued', queue_position: 1 })
  })

  it('holds a repeated submission too, and makes no second job of it', async () => {
    const headers = { 'idempotency-key': 'k', 'idempotency-mode': 'replay' }
    const { id } = await readView(await submit(headers))
    const held = submit({ ...headers, prefer: 'wait=30' })
    await until(() => isWatched(id))
    await stack.append(id, RUNNING)
    await stack.append(id, SUCCEEDED)
    const response = await held
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
    expect(await readView(response)).toMatchObject({ id, status: 'succeeded' })
  })
})
