import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
let url: string
shareStack(
  (shared) => {
    stack = shared
    url = `${stack.api.url}/api/v2/jobs`
  },
  // what one test says of the fleet is not remembered in the next
  { timings: { nodeClassesAgeMs: 0 } },
)

describe('an accepted job', () => {
  it('is answered with 201 and a job of the contract, queued and next in line', async () => {
    const job = await submitJob(stack.api.url, { priority: 7, metadata: { order: 'A-1' } })
    assertContract('Job', job)
    expect(job).toMatchObject({
      status: 'queued',
      queue_position: 0,
      outputs: [],
      error: null,
      progress: null,
      started_at: null,
      priority: 7,
      metadata: { order: 'A-1' },
      seq: 0,
      urls: { self: `/api/v2/jobs/${job.id}`, events: `/api/v2/jobs/${job.id}/events` },
    })
    expect(await readJob(stack.api.url, job.id)).toEqual(job)
  })

  it('carries the limits it was given, and shows them', async () => {
    const job = await submitJob(stack.api.url, {
      start_deadline_s: 60,
      timeout_s: 9,
      node_retries: 2,
    })
    const startBy = Date.parse(job.created_at) + 60_000
    expect(job.limits).toMatchObject({ timeout_s: 9, node_retries: 2 })
    expect(Math.abs(Date.parse(job.limits.start_by ?? '') - startBy)).toBeLessThan(2_000)
    const { limits } = (await stack.store.load(job.id)) ?? {}
    expect(limits).toMatchObject({ timeoutMs: 9_000, nodeRetries: 2 })
    expect(limits?.startBy).toBe(Date.parse(job.limits.start_by ?? ''))
    const free = await submitJob(stack.api.url)
    expect(free.limits).toEqual({ start_by: null, timeout_s: null, node_retries: 0 })
  })

  it('carries which outputs it is asked for, where it is not all', async () => {
    const [id = ''] = Object.keys(WORKFLOW)
    const job = await submitJob(stack.api.url, { partial_execution_targets: [id, id] })
    expect(job.limits.partial_execution_targets).toEqual([id])
    expect((await stack.store.load(job.id))?.limits.targets).toEqual([id])
  })

  it('carries whether a part of the results is enough, and says so only where it is', async () => {
    const job = await submitJob(stack.api.url, { allow_partial_results: true })
    expect(job.limits.allow_partial_results).toBe(true)
    expect((await stack.store.load(job.id))?.limits.allowPartial).toBe(true)
    const whole = await submitJob(stack.api.url, { allow_partial_results: false })
    expect(whole.limits).not.toHaveProperty('allow_partial_results')
  })

  it('keeps its workflow verbatim, and gives it back', async () => {
    const { id } = await submitJob(stack.api.url)
    const response = await fetch(`${url}/${id}/workflow`)
    const body: unknown = await response.json()
    assertContract('JobWorkflowResponse', body)
    expect(body).toEqual({ workflow: WORKFLOW, format: 'api' })
  })

  it('waits behind those of higher priority', async () => {
    const low = await submitJob(stack.api.url, { priority: -5 })
    const high = await submitJob(stack.api.url, { priority: 5 })
    expect(high.queue_position).toBe(0)
    expect((await readJob(stack.api.url, low.id)).queue_position).toBe(1)
  })

  it('is logged by id, nodes and priority', async () => {
    const { id } = await submitJob(stack.api.url, { priority: 3 })
    const line = stack.logged.find((entry) => entry.includes('job accepted'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({ jobId: id, nodes: 2, priority: 3 })
  })
})

describe('extra_data', () => {
  it('reaches the worker, and neither the record nor a log', async () => {
    const secret = 'comfyui-very-secret-key'
    const { id } = await submitJob(stack.api.url, { extra_data: { api_key_comfy_org: secret } })
    expect(await stack.extraDataOf(id)).toEqual({ api_key_comfy_org: secret })
    expect(await stack.redis.ttl(stack.keys.secrets(id))).toBeGreaterThan(3_600)
    const record = JSON.stringify(await stack.redis.hgetall(stack.keys.job(id)))
    const workflow = (await stack.redis.get(stack.keys.workflow(id))) ?? ''
    for (const text of [record, workflow, ...stack.logged]) expect(text).not.toContain(secret)
  })

  it('is dropped when the job is canceled before its turn', async () => {
    const { id } = await submitJob(stack.api.url, { extra_data: { api_key_comfy_org: 'k' } })
    await post(`${url}/${id}/cancel`, {})
    expect(await stack.extraDataOf(id)).toBeNull()
  })
})

describe('an Idempotency-Key', () => {
  it('is good for one job, however many requests present it at once', async () => {
    const requests = Array.from({ length: 8 }, () =>
      post(url, { workflow: WORKFLOW }, { 'idempotency-key': 'once' }),
    )
    const responses = await Promise.all(requests)
    expect(responses.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      201, 422, 422, 422, 422, 422, 422, 422,
    ])
    const refused = responses.find(({ status }) => status === 422)
    expect((await readError(refused ?? Response.error())).code).toBe('idempotency_key_reuse')
  })

  it('is not used up by a workflow that is refused', async () => {
    const headers = { 'idempotency-key': 'again' }
    expect((await post(url, { workflow: {} }, headers)).status).toBe(422)
    expect((await post(url, { workflow: WORKFLOW }, headers)).status).toBe(201)
  })

  it('must be short and visible', async () => {
    const response = await post(url, { workflow: WORKFLOW }, { 'idempotency-key': 'x'.repeat(300) })
    expect(response.status).toBe(400)
    expect((await readError(response)).code).toBe('invalid_request')
  })
})

describe('the graph', () => {
  const traces = new URL('../../../../traces/', import.meta.url)
  const versions = readdirSync(traces).filter((name) => name.startsWith('comfyui-'))
  const toGraphs = (version: string) =>
    readFileSync(new URL(`${version}/invalid-graphs.jsonl`, traces), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"ch":"http"'))
      .map((line): { body: { prompt?: unknown } } => JSON.parse(line))
      .map(({ body }) => body.prompt)

  it.each(versions)(
    'answers every submission that %s refused without falling over',
    async (version) => {
      const codes: string[] = []
      for (const workflow of toGraphs(version)) {
        const response = await post(url, { workflow })
        codes.push(response.status === 201 ? 'accepted' : (await readError(response)).code)
      }
      // wrong values and classes only a host can judge
      expect(new Set(codes)).toEqual(new Set(['accepted', 'invalid_workflow']))
      expect(codes.filter((code) => code === 'invalid_workflow').length).toBeGreaterThan(3)
      await submitJob(stack.api.url)
    },
  )

  it('is checked against the node classes of the fleet as soon as a host is known', async () => {
    const workflow = { ...WORKFLOW, '1': { class_type: 'NoSuchNode', inputs: {} } }
    expect((await post(url, { workflow })).status).toBe(201)
    await stack.hosts.saveNodeClasses('host-a', {
      EmptyImage: { output: false, outputs: 1, required: [] },
      SaveImage: { output: true, outputs: 0, required: ['images'] },
    })
    const response = await post(url, { workflow })
    const error = await readError(response)
    expect([response.status, error.code]).toEqual([422, 'invalid_workflow'])
    expect(error.details).toMatchObject({ node_errors: { '1': { class_type: 'NoSuchNode' } } })
    expect((await post(url, { workflow: WORKFLOW })).status).toBe(201)
  })
})

describe('the backlog', () => {
  it('has a place for the job, and the intake queue a ticket', async () => {
    const { id } = await submitJob(stack.api.url)
    expect(await stack.redis.zrank(stack.keys.backlog('*'), id)).toBe(0)
    expect(await stack.redis.llen(`${stack.keys.bullPrefix}:intake:wait`)).toBe(1)
  })
})
