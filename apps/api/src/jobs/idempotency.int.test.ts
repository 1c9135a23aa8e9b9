import { jobViewSchema } from '@safelight/shared'
import { startRedisProxy } from '@safelight/testkit'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { newJob } from '@safelight/testkit/vitest'
import { post, readError } from '../testing/http.ts'
import { RUNNING, SUCCEEDED, WORKFLOW } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { hashRequest } from './request-hash.ts'

let stack: ApiStack
let url: string
shareStack((shared) => {
  stack = shared
  url = `${stack.api.url}/api/v2/jobs`
})

const send = (body: object, headers: Record<string, string> = {}, to = url) =>
  post(to, { workflow: WORKFLOW, ...body }, { 'idempotency-key': 'k', ...headers })
const replay = (body: object = {}, to = url) => send(body, { 'idempotency-mode': 'replay' }, to)
/** An API that gives up on Redis soon. */
const IMPATIENT = { requestDeadlineMs: 1_000 }

const codeOf = async (response: Response) => [response.status, (await readError(response)).code]

describe('a key in replay mode', () => {
  it('gets the first answer again for the same request, whatever has become of the job', async () => {
    const first = await replay({ priority: 3, metadata: { a: 1, b: 2 } })
    const text = await first.text()
    expect(first.status).toBe(201)
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    const { id }: { id: string } = JSON.parse(text)
    await stack.append(id, RUNNING)
    await stack.append(id, SUCCEEDED)
    // as a client would say the same again: other order, another credential
    const again = await replay({
      metadata: { b: 2, a: 1 },
      priority: 3,
      extra_data: { api_key_comfy_org: 'renewed' },
    })
    expect([again.status, await again.text()]).toEqual([201, text])
    for (const name of ['idempotent-replayed', 'idempotency-replayed']) {
      expect(again.headers.get(name)).toBe('true')
    }
    expect((await stack.store.list({ limit: 10 })).jobs).toHaveLength(1)
  })

  it('answers on another API process too, and though the queue is full by now', async () => {
    const { id } = jobViewSchema.parse(await (await replay()).json())
    const full = await stack.startApi({ MAX_QUEUE_DEPTH: '1' })
    const again = await replay({}, `${full.url}/api/v2/jobs`)
    expect([again.status, await again.json()]).toMatchObject([201, { id }])
  })

  it.each([
    ['another workflow', { workflow: { ...WORKFLOW, '3': WORKFLOW['2'] } }],
    ['another priority', { priority: 1 }],
    ['other metadata', { metadata: {} }],
    ['another limit', { timeout_s: 60 }],
  ])('refuses %s', async (_, other) => {
    expect((await replay()).status).toBe(201)
    expect(await codeOf(await replay(other))).toEqual([422, 'idempotency_key_reuse'])
  })

  it('makes one job of many requests at once: the others wait or get its answer', async () => {
    const responses = await Promise.all(Array.from({ length: 8 }, () => replay()))
    const statuses = responses.map(({ status }) => status)
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([])
    expect(responses.filter(({ headers }) => !headers.has('idempotent-replayed'))).not.toEqual([])
    expect((await stack.store.list({ limit: 10 })).jobs).toHaveLength(1)
    expect((await replay()).headers.get('idempotent-replayed')).toBe('true')
  })

  it('is told to come back while the first answer is under way, and when it never came, gets the job', async () => {
    // accepted by a process that died before it answered
    const jobId = 'job-of-the-dead'
    const requestHash = hashRequest({ workflow: WORKFLOW }, JSON.stringify(WORKFLOW))
    await stack.store.accept(
      newJob({ jobId, workflow: WORKFLOW, idempotencyKey: 'k', requestHash }),
    )
    const early = await replay()
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await codeOf(early)).toEqual([409, 'idempotency_in_flight'])
    await stack.redis.hset(stack.keys.idempotency('k'), 'at', Date.now() - 60_000)
    const late = await replay()
    expect([late.status, await late.json()]).toMatchObject([201, { id: jobId, status: 'queued' }])
    expect(late.headers.get('idempotent-replayed')).toBe('true')
  })

  it('is single-use still for who does not ask for a replay', async () => {
    expect((await replay()).status).toBe(201)
    const response = await send({})
    expect(response.headers.get('idempotent-replayed')).toBeNull()
    expect(await codeOf(response)).toEqual([422, 'idempotency_key_reuse'])
    expect(await codeOf(await send({}, { 'idempotency-mode': 'both' }))).toEqual([
      400,
      'invalid_request',
    ])
  })
})

describe('a key whose job was deleted', () => {
  it.each(['replay', 'single-use'])(
    'stays used, and says that the job is gone: %s',
    async (mode) => {
      const headers = { 'idempotency-mode': mode }
      const { id } = jobViewSchema.parse(await (await send({}, headers)).json())
      await stack.append(id, RUNNING)
      await stack.append(id, SUCCEEDED)
      expect((await fetch(`${url}/${id}`, { method: 'DELETE' })).status).toBe(204)
      const again = await send({}, headers)
      expect([again.status, await readError(again)]).toMatchObject([
        422,
        { code: 'idempotency_key_reuse', details: { job_id: id, job_gone: true } },
      ])
      expect((await stack.store.list({ limit: 10 })).jobs).toEqual([])
      expect((await send({}, { 'idempotency-key': 'another' })).status).toBe(201)
    },
  )
})

describe('a key whose submission failed', () => {
  it.each([
    ['a refused body', { priority: 'high' }, 400],
    ['a refused graph', { workflow: {} }, 422],
    ['an unknown field', { input: {} }, 400],
    ['a reserved field', { inputs: {} }, 422],
  ])('is free again: %s', async (_, body, status) => {
    for (const headers of [{}, { 'idempotency-mode': 'replay' }]) {
      expect((await send(body, headers)).status).toBe(status)
      expect(await stack.store.loadKeyUse('k')).toBeNull()
    }
    expect((await send({})).status).toBe(201)
  })

  it('is free again when the queue was full', async () => {
    const full = await stack.startApi({ MAX_QUEUE_DEPTH: '1' })
    expect((await post(url, { workflow: WORKFLOW })).status).toBe(201)
    expect((await send({}, {}, `${full.url}/api/v2/jobs`)).status).toBe(429)
    expect((await send({})).status).toBe(201)
  })
})

describe('a submission that was answered with 503', () => {
  it('does not become a job afterwards, when Redis is heard again', async () => {
    const proxy = await startRedisProxy(inject('redisUrl'))
    onTestFinished(() => proxy.close())
    const api = await stack.startApi({ REDIS_URL: proxy.url }, IMPATIENT)
    const to = `${api.url}/api/v2/jobs`
    expect((await post(to, { workflow: WORKFLOW })).status).toBe(201)
    proxy.hold()
    expect((await send({}, {}, to)).status).toBe(503)
    proxy.release()
    // asked later, on the same connection: when it is answered, the first one has had its chance
    expect((await send({}, { 'idempotency-key': 'later' }, to)).status).toBe(201)
    expect(await stack.store.loadKeyUse('k')).toBeNull()
    expect((await stack.store.list({ limit: 10 })).jobs).toHaveLength(2)
  })
})

describe('a submission whose outcome the client never heard', () => {
  it('keeps its key if, and only if, there is a job', async () => {
    const proxy = await startRedisProxy(inject('redisUrl'))
    onTestFinished(() => proxy.close())
    const api = await stack.startApi({ REDIS_URL: proxy.url }, IMPATIENT)
    const to = `${api.url}/api/v2/jobs`
    // scripts are known from here on: a submission is one command
    expect((await post(to, { workflow: WORKFLOW })).status).toBe(201)

    proxy.swallow()
    const unheard = await send({}, {}, to)
    expect(unheard.status).toBe(503)
    expect((await readError(unheard)).details).not.toHaveProperty('maybe_accepted')
    proxy.restore()
    await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status).toBe(200)
    expect(await stack.store.loadKeyUse('k')).toBeNull()

    proxy.muteAt('"class_type":"SaveImage"')
    const late = await send({}, {}, to)
    const use = await stack.store.loadKeyUse('k')
    expect([late.status, (await readError(late)).details]).toEqual([
      503,
      { job_id: use?.jobId, maybe_accepted: true },
    ])
    expect(await stack.store.load(use?.jobId ?? '')).toMatchObject({ status: 'queued' })
    proxy.restore()
    await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status).toBe(200)
    const again = await send({}, {}, to)
    const error = await readError(again)
    expect([again.status, error.code, error.details]).toEqual([
      422,
      'idempotency_key_reuse',
      { job_id: use?.jobId },
    ])
    await stack.redis.hset(stack.keys.idempotency('k'), 'at', Date.now() - 60_000)
    expect(await (await replay({}, to)).json()).toMatchObject({ id: use?.jobId })
  })
})
