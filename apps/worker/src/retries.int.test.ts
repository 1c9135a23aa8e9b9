import type { Simulator, SimulatorOptions } from '@safelight/simulator'
import { openGate } from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { raising, slow, txt2img } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

let stack: WorkerStack
let hosts: readonly Simulator[]
beforeEach(async () => {
  stack = await startWorkerStack()
  hosts = stack.simulators
})
afterEach(() => stack.close())

async function startHosts(...options: SimulatorOptions[]): Promise<string[]> {
  for (const option of options) await stack.startHost({ speed: 50, ...option })
  return hosts.map(({ url }) => url)
}
const executions = () => hosts.map((host) => host.executions().length)

it('frees a host that ran out of memory, and goes to the one that has most of it', async () => {
  const urls = await startHosts(
    { vramGb: 8, faults: { outOfMemory: 1 } },
    { vramGb: 12, faults: { outOfMemory: 1 } },
    { vramGb: 80 },
  )
  await stack.startWorker(urls)
  const jobId = await stack.submit(txt2img())
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 })
  expect(executions()).toEqual([1, 0, 1])
  expect(hosts.map((host) => host.freed())).toEqual([1, 0, 0])
})

it('fails as out_of_memory, a dead letter, when no host has room', async () => {
  const urls = await startHosts({}, {})
  await stack.startWorker(urls, { env: { MAX_ATTEMPTS: '2' } })
  expect(await stack.end(await stack.submit(raising('oom')))).toMatchObject({
    status: 'failed',
    attempt: 2,
    deadLetter: true,
    error: { code: 'out_of_memory', node_id: '2' },
  })
  expect(executions()).toEqual([1, 1])
})

it('tries a node again only as often as its submitter asked, elsewhere if it can', async () => {
  const urls = await startHosts({}, {})
  await stack.startWorker(urls)
  const asked = await stack.submit(raising('value_error'), { nodeRetries: 1 })
  expect(await stack.end(asked)).toMatchObject({
    status: 'failed',
    attempt: 2,
    deadLetter: true,
    error: { code: 'node_execution_error' },
  })
  expect(executions()).toEqual([1, 1])
  const plain = await stack.submit(raising('value_error'))
  expect(await stack.end(plain)).toMatchObject({ status: 'failed', attempt: 1, deadLetter: false })
})

it('does not spend the job’s own attempts on hosts that are lost, and gives up at their own limit', async () => {
  const urls = await startHosts({ speed: 5 })
  await stack.startWorker(urls, {
    env: { MAX_ATTEMPTS: '1', MAX_HOST_LOSSES: '3', HOST_TIMEOUT: '1s' },
    timings: { session: { pollMs: 50 } },
  })
  const jobId = await stack.submit(slow({ color: 1, steps: 1000, seconds: 1 }))
  for (const attempt of [1, 2, 3]) {
    await until(() => (executions()[0] === attempt ? true : null))
    // queue and history are gone with it
    hosts[0]?.restart()
  }
  expect(await stack.end(jobId)).toMatchObject({
    status: 'failed',
    attempt: 3,
    deadLetter: true,
    error: { code: 'host_unavailable' },
  })
})

it('collects what a host finished while it was out of reach, instead of running it again', async () => {
  await startHosts({ speed: 20 })
  const [host] = hosts
  const gate = await openGate(host?.url ?? '')
  try {
    await stack.startWorker([gate.url], {
      env: { HOST_TIMEOUT: '1s' },
      timings: { session: { pollMs: 50, quickPollsMs: [50] } },
    })
    host?.faults.set({ held: true })
    const jobId = await stack.submit(slow({ color: 1 }))
    await stack.when(jobId, ({ phase }) => phase === 'executing')
    gate.shut()
    await stack.when(jobId, ({ status }) => status === 'queued')
    host?.faults.set({ held: false })
    await until(() => (host?.executions()[0]?.outcome === 'success' ? true : null))
    gate.reopen()
    expect(await stack.end(jobId)).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      outputs: [{ type: 'image' }],
    })
    expect(executions()).toEqual([1])
  } finally {
    await gate.close()
  }
})

it('stops the prompt of a job that moved on as soon as its host is back', async () => {
  await startHosts({ speed: 2 }, { speed: 500 })
  const [lost, other] = hosts
  const gate = await openGate(lost?.url ?? '')
  try {
    const impatient = {
      env: { HOST_TIMEOUT: '1s' },
      timings: { session: { pollMs: 50, quickPollsMs: [50] } },
    }
    await stack.startWorker([gate.url], impatient)
    const jobId = await stack.submit(slow({ color: 1, steps: 400, seconds: 0.5 }))
    await stack.when(jobId, ({ phase }) => phase === 'executing')
    await stack.startWorker([other?.url ?? ''], impatient)
    gate.shut()
    await until(() => (executions()[1] === 1 ? true : null))
    expect(lost?.executions()[0]?.outcome).toBe('running')
    gate.reopen()
    await until(() => (lost?.executions()[0]?.outcome === 'interrupted' ? true : null))
    expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 })
    expect(executions()).toEqual([1, 1])
  } finally {
    await gate.close()
  }
})
