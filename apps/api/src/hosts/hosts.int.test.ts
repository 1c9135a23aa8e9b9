import { hostListSchema, type HostView, hostViewSchema, toHostReason } from '@safelight/shared'
import { createBacklog, type HostReport } from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { acceptJob } from '@safelight/testkit/vitest'
import { beforeEach, describe, expect, it } from 'vitest'
import { post, readError } from '../testing/http.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
let base: string
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  base = `${stack.api.url}/api/v2/hosts`
})

function report(hostId: string, over: Partial<HostReport> = {}): Promise<void> {
  const devices = [{ name: 'cuda:0', type: 'cuda', vramTotal: 24, vramFree: 20 }]
  return stack.hosts.report(newHostReport(Date.now(), { hostId, devices, ...over }))
}

async function dispatchedTo(hostId: string): Promise<string> {
  const jobId = await acceptJob(stack.store)
  const order = { jobId, hostId, slots: 9, ownerLimit: null, overtaken: [] }
  expect(await createBacklog(stack).dispatch(order)).toMatchObject({ outcome: 'dispatched' })
  return jobId
}

async function list(): Promise<HostView[]> {
  const response = await fetch(base)
  expect(response.status).toBe(200)
  return hostListSchema.parse(await response.json()).hosts
}

async function host(response: Response): Promise<HostView> {
  expect(response.status).toBe(200)
  return hostViewSchema.parse(await response.json())
}

describe('the list', () => {
  it('is empty while no worker drives a host', async () => {
    expect(await list()).toEqual([])
  })

  it('has each host once, as its workers see it together', async () => {
    await report('gpu-1:8188')
    const running = [await dispatchedTo('gpu-1:8188')]
    await report('gpu-1:8188', {
      workerId: 'w-2',
      state: 'busy',
      reason: toHostReason('has_prompts'),
      running,
    })
    await report('gpu-0:8188', { state: 'offline', reason: toHostReason('unreachable') })
    expect(await list()).toMatchObject([
      { id: 'gpu-0:8188', state: 'offline', reason: { code: 'unreachable' } },
      {
        id: 'gpu-1:8188',
        state: 'busy',
        reason: { code: 'has_prompts', message: expect.any(String) },
        workers: ['w-1', 'w-2'],
        slots: 2,
        running,
        staged: [],
        collecting: [],
        queue_depth: 0,
        version: '0.33.0',
        devices: [{ name: 'cuda:0', type: 'cuda', vram_total: 24, vram_free: 20 }],
        drain: null,
      },
    ])
  })
})

describe('a drain', () => {
  it('is there at once, with its reason, until it is lifted', async () => {
    await report('gpu-1:8188')
    const drained = await host(await post(`${base}/gpu-1:8188/drain`, { reason: ' new driver ' }))
    expect(drained).toMatchObject({
      state: 'draining',
      reason: { code: 'drain_requested', message: 'new driver' },
      drain: { reason: 'new driver' },
    })
    expect(await list()).toEqual([drained])
    const resumed = await host(await fetch(`${base}/gpu-1:8188/resume`, { method: 'POST' }))
    expect(resumed).toMatchObject({ state: 'ready', drain: null })
    expect(await list()).toEqual([resumed])
  })

  it('says what is there now, for whoever is about to unplug it, and no worker has reported', async () => {
    await report('gpu-1:8188')
    const [collected, staged] = [await dispatchedTo('gpu-1:8188'), await dispatchedTo('gpu-1:8188')]
    const { token = 0 } = (await stack.store.claim(collected)) ?? {}
    await createBacklog(stack).toCollect(collected, token)
    const there = { running: [], staged: [staged], collecting: [collected] }
    expect(await host(await post(`${base}/gpu-1:8188/drain`, {}))).toMatchObject(there)
    expect(await list()).toMatchObject([there])
    expect(await host(await post(`${base}/gpu-1:8188/resume`, {}))).toMatchObject(there)
  })

  it('needs no reason, and no body', async () => {
    await report('gpu-1:8188')
    const url = `${base}/gpu-1%3A8188/drain`
    for (const response of [await fetch(url, { method: 'POST' }), await post(url, {})]) {
      expect(await host(response)).toMatchObject({ drain: { reason: null } })
    }
  })

  it('of a host that is not drained is lifted without complaint', async () => {
    await report('[::1]:8188')
    const id = encodeURIComponent('[::1]:8188')
    const response = await fetch(`${base}/${id}/resume`, { method: 'POST' })
    expect(await host(response)).toMatchObject({ id: '[::1]:8188', state: 'ready' })
  })

  it.each([
    { reason: '' },
    { reason: 'x'.repeat(201) },
    { reason: 1 },
    { why: 'x' },
    [],
    'no json',
  ])('is refused with %j', async (body) => {
    await report('gpu-1:8188')
    const response = await post(`${base}/gpu-1:8188/drain`, body)
    expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
    expect(await list()).toMatchObject([{ drain: null }])
  })

  it.each(['gpu-2:8188', 'unknown', 'a b', '..%2f..', '%00', 'x'.repeat(300), '__proto__'])(
    'of %s is not found',
    async (id) => {
      await report('gpu-1:8188')
      for (const action of ['drain', 'resume']) {
        const response = await post(`${base}/${id}/${action}`, {})
        expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
      }
      expect(await list()).toMatchObject([{ id: 'gpu-1:8188', drain: null }])
    },
  )
})

it('leaves the readiness of the API to itself, whatever its hosts do', async () => {
  await report('gpu-1:8188', { state: 'offline', reason: toHostReason('unreachable') })
  expect((await fetch(`${stack.api.url}/readyz`)).status).toBe(200)
})
