import { type Simulator, type SimulatorOptions, startSimulator } from '@safelight/simulator'
import { type Gate, openGate } from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { promptIdOf } from '@safelight/store'
import { slow } from './testing/graphs.ts'
import { QUICK_TIMINGS } from './testing/quick-timings.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

/** Lock, look for lost tickets, and a free slot; on a machine that does other things, too. */
const RECOVERY_MS = QUICK_TIMINGS.lockMs + QUICK_TIMINGS.lostTicketsEveryMs + 20_000

let stack: WorkerStack
let hosts: Simulator[]
let gates: Gate[]
beforeEach(async () => {
  stack = await startWorkerStack({ reconcileMs: 500 })
  hosts = []
  gates = []
})
afterEach(async () => {
  await stack.close()
  await Promise.all(gates.map((gate) => gate.close()))
  await Promise.all(hosts.map((host) => host.close()))
})

async function startHost(options: SimulatorOptions): Promise<{ host: Simulator; gate: Gate }> {
  const host = await startSimulator({ speed: 20, ...options })
  const gate = await openGate(host.url)
  hosts.push(host)
  gates.push(gate)
  return { host, gate }
}

/** Somebody else's prompt. */
async function occupy(host: Simulator, steps: number): Promise<void> {
  const body = JSON.stringify({ prompt: slow({ color: 99, steps, seconds: 5 }), client_id: 'x' })
  await fetch(`${host.url}/prompt`, { method: 'POST', body })
}

const long = (color: number) => slow({ color, steps: 20, seconds: 5 })

it('replaces a killed worker soon after its lock has run out, whatever it was doing, and no prompt runs twice', async () => {
  for (const dialect of ['0.33.0', '0.3.34', '0.3.34', '0.3.64'] as const) {
    await startHost({ dialect })
  }
  const urls = gates.map(({ url }) => url)
  const heldAnywhere = () => until(() => gates.find((gate) => gate.held() > 0) ?? null)
  // full hosts: whoever comes next has no slot to spare
  const env = { HOST_SLOTS: '1' }
  const worker = await stack.startProcess(urls, env)

  for (const gate of gates) gate.hold('POST /prompt')
  const submitting = await stack.submit(slow({ color: 1 }))
  const before = await heldAnywhere()
  for (const gate of gates) if (gate !== before) gate.hold('GET /view')
  const collecting = await stack.submit(slow({ color: 2 }))
  const after = await until(() => gates.find((gate) => gate !== before && gate.held() > 0) ?? null)
  const executing = await stack.submit(slow({ color: 3, steps: 24, seconds: 5 }))
  await stack.when(executing, ({ progress }) => (progress?.value ?? 0) > 0)
  await Promise.all(hosts.map((host) => occupy(host, 16)))
  const staged = await stack.submit(slow({ color: 4 }))
  await stack.when(staged, ({ phase }) => phase === 'submitted')

  worker.kill('SIGKILL')
  const killedAt = Date.now()
  expect(await worker.gone).toBeNull()
  for (const gate of gates) gate.release()
  expect(before).not.toBe(after)
  const jobIds = [submitting, collecting, executing, staged]
  const left = await Promise.all(jobIds.map((jobId) => stack.store.load(jobId)))
  await stack.startWorker(urls, { env })

  const recoveries = await Promise.all(
    left.map(async (known) => {
      await stack.when(known?.jobId ?? '', ({ seq }) => seq > (known?.seq ?? 0))
      return Date.now() - killedAt
    }),
  )
  expect(Math.max(...recoveries)).toBeLessThan(RECOVERY_MS)
  for (const jobId of jobIds) {
    expect(await stack.end(jobId)).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      outputs: [{ type: 'image' }],
    })
  }
  const ran = hosts.flatMap((host) => host.executions().map(({ clientId }) => clientId))
  const ours = ran.filter((clientId) => clientId !== 'x')
  expect(ours).toHaveLength(jobIds.length)
  expect(new Set(ours)).toEqual(new Set(jobIds.map((jobId) => promptIdOf(jobId, 1))))
})

it('waits for a worker that drives the host, and leaves the prompt to it', async () => {
  await stack.close()
  stack = await startWorkerStack({ adoptWaitMs: 20_000, reconcileMs: 500 })
  const { host, gate } = await startHost({})
  const other = await startHost({})
  const first = await stack.startWorker([gate.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await stack.submit(slow({ color: 1, steps: 8, seconds: 5 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await first.close()
  await stack.startWorker([other.gate.url])
  const since = (await stack.store.load(jobId))?.seq
  // the stranger works
  const another = await stack.submit(slow({ color: 2 }))
  expect((await stack.end(another)).status).toBe('succeeded')
  expect((await stack.store.load(jobId))?.seq).toBe(since)
  await stack.startWorker([gate.url])
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(host.executions()).toHaveLength(1)
  expect(other.host.executions()).toHaveLength(1)
})

it('cancels the prompt of a host that nobody drives any more before the job runs elsewhere', async () => {
  const { host, gate } = await startHost({})
  const other = await startHost({ speed: 200 })
  const first = await stack.startWorker([gate.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await stack.submit(long(1))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await first.close()
  await stack.startWorker([other.gate.url], { env: { ADOPT_WAIT: '300ms' } })
  const second = await until(() => other.host.executions()[0] ?? null)
  const [left] = host.executions()
  expect(left?.outcome).toBe('interrupted')
  expect(left?.endedAt).toBeLessThanOrEqual(second.startedAt)
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 })
})

it('brings home what had ended on a host that nobody drives any more', async () => {
  const { host, gate } = await startHost({})
  const other = await startHost({})
  const first = await stack.startWorker([gate.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await stack.submit(slow({ color: 1, steps: 10, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await first.close()
  await until(() => (host.executions()[0]?.outcome === 'success' ? true : null))
  await stack.startWorker([other.gate.url], { env: { ADOPT_WAIT: '1ms' } })
  expect(await stack.end(jobId)).toMatchObject({
    status: 'succeeded',
    attempt: 1,
    outputs: [{ type: 'image' }],
  })
  expect(other.host.executions()).toEqual([])
})

it('keeps an address with credentials to itself, and runs the job elsewhere all the same', async () => {
  const { gate } = await startHost({})
  const other = await startHost({ speed: 200 })
  const secret = gate.url.replace('http://', 'http://user:s3cret@')
  const first = await stack.startWorker([secret], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await stack.submit(long(1))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await first.close()
  const claim = await stack.store.claim(jobId)
  expect(claim?.lastAttempt).toMatchObject({ attempt: 1, hostUrl: null })
  expect(JSON.stringify(claim)).not.toContain('s3cret')
  await stack.startWorker([other.gate.url], { env: { ADOPT_WAIT: '1ms' } })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 })
})
