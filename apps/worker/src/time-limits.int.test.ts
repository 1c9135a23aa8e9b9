import { systemClock } from '@safelight/runtime'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { raising, slow } from './testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

const long = () => slow({ color: 1, steps: 1000, seconds: 1 })

it('expires a job that is picked up too late, and never runs it', async () => {
  const late = await stack.submit(slow({ color: 1 }), { startBy: Date.now() - 1 })
  await stack.startWorker([host.url])
  expect(await stack.end(late)).toMatchObject({
    status: 'expired',
    attempt: 0,
    deadLetter: false,
    error: { code: 'expired' },
  })
  const other = await stack.submit(slow({ color: 2 }), { startBy: Date.now() + 60_000 })
  expect(await stack.end(other)).toMatchObject({ status: 'succeeded' })
  expect(host.executions()).toHaveLength(1)
})

it('expires a job in line that no host has room for', async () => {
  await stack.startWorker([host.url], {
    env: { HOST_SLOTS: '1' },
  })
  const running = await stack.submit(long())
  await stack.when(running, ({ phase }) => phase === 'executing')
  const waiting = await stack.submit(slow({ color: 2 }), { startBy: Date.now() + 50 })
  expect(await stack.end(waiting)).toMatchObject({ status: 'expired', attempt: 0 })
  expect(await stack.store.load(running)).toMatchObject({ status: 'running' })
  await stack.cancel(running)
  await stack.end(running)
})

it('stops a job on its host when its time is up, verified, and fails it', async () => {
  await stack.startWorker([host.url])
  // long enough to have begun on the host by then
  const jobId = await stack.submit(long(), { timeoutMs: 3_000 })
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'failed', deadLetter: false, error: { code: 'timeout' } })
  expect((end.completedAt ?? 0) - (end.startedAt ?? 0)).toBeGreaterThanOrEqual(3_000)
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted'])
})

it('counts the time of a job over all its attempts', async () => {
  await stack.startWorker([host.url])
  const jobId = await stack.submit(raising('value_error'), { timeoutMs: 3_000, nodeRetries: 100 })
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
  expect(end.attempt).toBeGreaterThan(1)
})

it('goes on counting when another worker has taken over', async () => {
  const first = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const timeoutMs = 3_000
  const jobId = await stack.submit(long(), { timeoutMs })
  const { startedAt } = await stack.when(jobId, ({ phase }) => phase === 'executing')
  await first.close()
  await until(() => Date.now() > (startedAt ?? 0) + timeoutMs)
  await stack.startWorker([host.url])
  expect(await stack.end(jobId)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted'])
})

it.each([
  ['ahead', 120_000],
  ['behind', -120_000],
])(
  'a worker whose clock is two minutes %s gives each job its time, no less and no more',
  async (_, ms) => {
    const clock = { ...systemClock, now: () => Date.now() + ms }
    await stack.startWorker([host.url], { clock })
    const startBy = Date.now() + 60_000
    const end = await stack.end(
      await stack.submit(slow({ color: 1 }), { startBy, timeoutMs: 60_000 }),
    )
    expect(end).toMatchObject({ status: 'succeeded' })
    for (const at of [end.startedAt, end.completedAt])
      expect(Math.abs((at ?? 0) - Date.now())).toBeLessThan(30_000)
    const day = Date.now() + 24 * 3_600_000
    for (const { expires_at } of end.outputs)
      expect(Math.abs(expires_at - day)).toBeLessThan(30_000)
    const late = await stack.submit(slow({ color: 2 }), { startBy: Date.now() - 1_000 })
    expect(await stack.end(late)).toMatchObject({ status: 'expired' })
    const endless = await stack.end(await stack.submit(long(), { timeoutMs: 300 }))
    expect(endless).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
  },
)
