/** Which workers count as lost, and which only were away. */
import type { Simulator } from '@safelight/simulator'
import type { Workflow } from '@safelight/shared'
import { openClient, openRedisProxy } from '@safelight/testkit/vitest'
import { promptIdOf } from '@safelight/store'
import { expect, it } from 'vitest'
import type { TimingOverrides } from './override-timings.ts'
import { slow } from './testing/graphs.ts'
import { hearWorker } from './testing/hear.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

/** @param seconds the whole of it, at the speed of life */
const begin = async (seconds: number) => {
  const jobId = await stack.submit(slow({ color: 1, steps: 20, seconds: seconds / 20 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  return jobId
}

it('counts none that drained and handed its job back', async () => {
  const worker = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await begin(100)
  await worker.close()
  expect((await stack.store.claim(jobId))?.lost).toEqual({ count: 0, justNow: false })
})

it('blames neither host nor attempt for what became of a prompt that another worker has', async () => {
  host.faults.set({ held: true })
  const { events, of, storyOf } = hearWorker()
  // it notices only when it is about to do something
  await stack.startWorker([host.url], { events, timings: { cancelEveryMs: 60_000 } })
  await stack.submit(slow({ color: 1 }))
  const jobId = await stack.submit(slow({ color: 2 }))
  await stack.when(jobId, ({ phase }) => phase === 'submitted')
  await stack.store.claim(jobId)
  const { length } = of('host:condition')
  // as it looks to who was frozen while another brought it home, and had it forgotten
  const body = JSON.stringify({ delete: [promptIdOf(jobId, 1)] })
  await fetch(`${host.url}/queue`, { method: 'POST', body })
  await expect.poll(() => storyOf(jobId)).toContain('attempt:ended claim_lost')
  expect(of('host:condition').slice(length)).toEqual([])
  expect(of('attempt:failed')).toEqual([])
  host.faults.set({ held: false })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
})

/** Two workers died with it in hand. */
async function submitSuspect(workflow: Workflow): Promise<string> {
  const jobId = await stack.submit(workflow)
  for (let life = 1; life <= 2; life += 1) await stack.store.claim(jobId)
  return jobId
}
/** A cut off worker that is not to come back: as good as dead, and nobody need be killed. */
async function startDoomedWorker(more: Record<string, string> = {}, timings: TimingOverrides = {}) {
  const proxy = await openRedisProxy()
  const env = { REDIS_URL: proxy.url, HOST_SLOTS: '1', ...more }
  await stack.startWorker([host.url], { env, timings })
  return { die: () => proxy.refuse(), close: () => proxy.restore() }
}

it('takes up a job whose worker died at once, though its slot went to another job meanwhile', async () => {
  const doomed = await startDoomedWorker()
  const jobId = await begin(100)
  // begins when the other has ended: the slot of a dead worker is free before its ticket is found
  const next = await stack.submit(slow({ color: 2, steps: 10_000, seconds: 1 }))
  doomed.die()
  await stack.startWorker([host.url], { env: { HOST_SLOTS: '1' } })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect((await stack.store.load(next))?.status).toBe('running')
  await stack.cancel(next)
  doomed.close()
})

it('loses no place in line by waiting for another job that is suspected', async () => {
  const first = await submitSuspect(slow({ color: 1, steps: 4, seconds: 5 }))
  const second = await submitSuspect(slow({ color: 2, steps: 1 }))
  const inLine = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      stack.submit(slow({ color: 3 + at, steps: 2, seconds: 5 })),
    ),
  )
  await stack.startWorker([host.url], { env: { HOST_SLOTS: '2' } })
  expect(await stack.end(first)).toMatchObject({ status: 'succeeded' })
  expect(await stack.end(second)).toMatchObject({ status: 'succeeded' })
  const states = await Promise.all(inLine.map((jobId) => stack.store.load(jobId)))
  expect(states.filter((state) => state?.status === 'queued').length).toBeGreaterThan(2)
})

it('lets one suspect in beside another after a while, and holds it against neither', async () => {
  const jobIds = [
    await submitSuspect(slow({ color: 1, steps: 40, seconds: 5 })),
    await submitSuspect(slow({ color: 2, steps: 40, seconds: 5 })),
  ]
  const doomed = await startDoomedWorker({ HOST_SLOTS: '2' }, { suspectWaitMs: 300 })
  for (const jobId of jobIds) await stack.when(jobId, ({ status }) => status === 'running')
  doomed.die()
  for (const jobId of jobIds) {
    const claim = await stack.store.claim(jobId)
    expect(claim).toMatchObject({ lost: { count: 2, justNow: true }, lostInCompany: 1 })
    await stack.cancel(jobId)
  }
  doomed.close()
})

it('counts one that is cut off from Redis only until it is back', async () => {
  const redis = await openClient('worker')
  const proxy = await openRedisProxy()
  const lost = async () => await redis.hget(stack.keys.job(jobId), 'lost')
  await stack.startWorker([host.url], { env: { REDIS_URL: proxy.url } })
  host.faults.set({ held: true })
  const jobId = await begin(10)
  proxy.refuse()
  await stack.startWorker([host.url])
  await until(async () => ((await lost()) ? true : null))
  proxy.restore()
  await until(async () => ((await lost()) === '' ? true : null))
  host.faults.set({ held: false })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
})
