import type { Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { raising, slow } from '../testing/graphs.ts'
import { whenHost, whenState } from '../testing/host-view.ts'
import { startWorkerStack, type WorkerStack } from '../testing/stack.ts'
import { hostIdOf } from './host-id.ts'

let stack: WorkerStack
let sick: Simulator
let sound: Simulator
beforeEach(async () => {
  stack = await startWorkerStack()
  sick = await stack.startHost({ speed: 50 })
  sound = await stack.startHost({ speed: 50 })
})
afterEach(() => stack.close())

const submitMany = (count: number, first = 0) =>
  Promise.all(
    Array.from({ length: count }, (_, at) =>
      // longer on the sound host than a failure on the other
      stack.submit(slow({ color: first + at, steps: 2, seconds: 1 })),
    ),
  )
const successes = (host: Simulator) =>
  host.executions().filter(({ outcome }) => outcome === 'success').length

/** Else one of them may be through with all jobs before the other may get any. */
async function startOnBoth(): Promise<void> {
  await stack.startWorker([sick.url, sound.url])
  for (const { url } of [sick, sound]) await whenState(stack, url, 'ready')
}

it.each([
  [30, 'oom'],
  [12, 'cuda'],
  [8, 'oom_words'],
  [8, 'cublas'],
] as const)(
  'loses none of %i jobs to a host that fails every one at once: %s',
  async (count, nodesRaise) => {
    sick.faults.set({ nodesRaise })
    await startOnBoth()
    const ends = await Promise.all((await submitMany(count)).map((jobId) => stack.end(jobId)))
    expect(ends.map(({ status }) => status)).toEqual(Array(count).fill('succeeded'))
    expect(successes(sound)).toBe(count)
    expect(sick.freed()).toBeGreaterThan(0)
    const view = await whenState(stack, sick.url, 'quarantined')
    expect(view.reason.code).toBe('device_fault')
    // a rest before each trial: it does not get every job once
    expect(sick.executions().length).toBeLessThan(20)

    // healed: one job shows it, then it takes its share again
    sick.faults.clear()
    const more = await submitMany(8, 100)
    await whenHost(stack, sick.url, ({ state }) => state === 'ready' || state === 'busy')
    for (const jobId of more) expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded' })
    expect(successes(sick)).toBeGreaterThan(0)
  },
)

it('is not held against the host when one job asks for too much, however often', async () => {
  await stack.startWorker([sick.url])
  expect(await stack.end(await stack.submit(raising('oom')))).toMatchObject({
    status: 'failed',
    attempt: 3,
    error: { code: 'out_of_memory' },
  })
  await whenState(stack, sick.url, 'ready')
})

it('ends the quarantine with a restart, which gives the device to another process', async () => {
  sick.faults.set({ nodesRaise: 'cuda' })
  await startOnBoth()
  for (const jobId of await submitMany(4)) {
    expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded' })
  }
  await whenState(stack, sick.url, 'quarantined')
  await sick.close()
  await whenState(stack, sick.url, 'offline')
  const port = Number(new URL(sick.url).port)
  sick = await stack.startHost({ speed: 50, port })
  await whenState(stack, sick.url, 'ready')
})

/** The sound host is held by one job; another has failed on the other, which is fit again and idle. */
async function failWhileTheOtherIsBusy(avoidForMs: number) {
  sick.faults.set({ nodesRaise: 'cuda' })
  const env = { HOST_SLOTS: '1' }
  await stack.startWorker([sick.url, sound.url], { env, timings: { avoidForMs } })
  const long = await stack.submit(slow({ color: 1, steps: 10_000, seconds: 1 }))
  await expect.poll(() => sound.executions().length).toBe(1)
  sick.faults.clear()
  expect(await stack.end(await stack.submit(slow({ color: 2 })))).toMatchObject({
    status: 'succeeded',
  })
  sick.faults.set({ nodesRaise: 'cuda' })
  const failed = await stack.submit(slow({ color: 3 }))
  await stack.when(failed, ({ status, attempt }) => status === 'queued' && attempt === 1)
  sick.faults.clear()
  return { long, failed }
}

it('rather waits for a busy host than goes back to the one that failed the job, and lets others pass', async () => {
  const { long, failed } = await failWhileTheOtherIsBusy(60_000)
  for (const color of [4, 5]) {
    const end = await stack.end(await stack.submit(slow({ color })))
    expect(end).toMatchObject({ status: 'succeeded', hostId: hostIdOf(new URL(sick.url)) })
  }
  expect(await stack.when(failed, () => true)).toMatchObject({ status: 'queued', attempt: 1 })
  await stack.cancel(long)
  expect(await stack.end(failed)).toMatchObject({
    status: 'succeeded',
    attempt: 2,
    hostId: hostIdOf(new URL(sound.url)),
  })
})

it('goes back after a while', async () => {
  const { long, failed } = await failWhileTheOtherIsBusy(300)
  expect(await stack.end(failed)).toMatchObject({
    status: 'succeeded',
    attempt: 2,
    hostId: hostIdOf(new URL(sick.url)),
  })
  await stack.cancel(long)
})

it('still fails a node fast that fails everywhere', async () => {
  await stack.startWorker([sick.url, sound.url])
  expect(await stack.end(await stack.submit(raising('value_error')))).toMatchObject({
    status: 'failed',
    attempt: 1,
    error: { code: 'node_execution_error' },
  })
})
