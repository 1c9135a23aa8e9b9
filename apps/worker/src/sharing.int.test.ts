import type { Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { promptIdOf } from '@safelight/store'
import { slow } from './testing/graphs.ts'
import { hold, isThere, whenHost } from './testing/host-view.ts'
import { type WorkerStack, startWorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let hosts: readonly Simulator[]
beforeEach(async () => {
  stack = await startWorkerStack()
  hosts = stack.simulators
})
afterEach(() => stack.close())

async function startHosts(count: number): Promise<string[]> {
  for (let n = 0; n < count; n += 1) {
    await stack.startHost()
  }
  return hosts.map(({ url }) => url)
}

const loadSchema = z.object({ exec_info: z.object({ queue_remaining: z.int() }) })

/** Watches how many prompts a host holds, as often as it can, until stopped. */
function watchLoad(url: string) {
  let most = 0
  const stopped = new AbortController()
  const done = (async () => {
    while (!stopped.signal.aborted) {
      const answer = await fetch(`${url}/prompt`)
      most = Math.max(most, loadSchema.parse(await answer.json()).exec_info.queue_remaining)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  // told by `stop`; a test that is red already closes the hosts under it
  done.catch(() => undefined)
  return {
    async stop() {
      stopped.abort()
      await done
      return most
    },
  }
}

it('lets two workers share two hosts: each job runs once, and no host holds more than its slots', async () => {
  const urls = await startHosts(2)
  const loads = urls.map(watchLoad)
  await Promise.all([stack.startWorker(urls), stack.startWorker(urls)])
  const jobIds = await Promise.all(
    Array.from({ length: 12 }, (_, n) => stack.submit(slow({ color: n, steps: 5, seconds: 0.2 }))),
  )
  const ends = await Promise.all(jobIds.map((jobId) => stack.end(jobId)))
  expect(ends.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(
    jobIds.map(() => 'succeeded 1'),
  )
  const ran = hosts.flatMap((host) => host.executions().map(({ promptId }) => promptId))
  expect(ran).toHaveLength(jobIds.length)
  expect(new Set(ran)).toEqual(new Set(jobIds.map((jobId) => promptIdOf(jobId, 1))))
  for (const host of hosts) expect(host.executions().length).toBeGreaterThan(0)
  for (const load of loads) expect(await load.stop()).toBeLessThanOrEqual(2)
})

it('gives a job to an idle host, though another worker has filled the first slots of the others meanwhile', async () => {
  const urls = await startHosts(3)
  // what the other does is hardly ever seen in between
  const timings = { slotRefreshMs: 2_000 }
  const env = (name: string) => ({ WORKER_NAME: name })
  await Promise.all(
    ['w-1', 'w-2'].map((name) => stack.startWorker(urls, { env: env(name), timings })),
  )
  for (const url of urls)
    await whenHost(stack, url, ({ state, workers }) => state === 'ready' && workers.length === 2)
  for (let round = 0; round < 3; round += 1) {
    hold(hosts, true)
    const jobIds: string[] = []
    for (const host of hosts) {
      jobIds.push(await stack.submit(slow({ color: round, steps: hosts.indexOf(host) + 1 })))
      await stack.when(jobIds.at(-1) ?? '', isThere)
    }
    const given = await Promise.all(jobIds.map((jobId) => stack.store.load(jobId)))
    expect(new Set(given.map((job) => job?.hostId)).size).toBe(hosts.length)
    hold(hosts, false)
    for (const jobId of jobIds) expect((await stack.end(jobId)).status).toBe('succeeded')
  }
})

it('stages the next prompt: the host has it before the first has begun', async () => {
  const urls = await startHosts(1)
  // until both are there
  hold(hosts, true)
  await stack.startWorker(urls)
  const jobIds = await Promise.all([
    stack.submit(slow({ color: 1, steps: 10, seconds: 0.5 })),
    stack.submit(slow({ color: 2, steps: 10, seconds: 0.5 })),
  ])
  for (const jobId of jobIds) await stack.when(jobId, isThere)
  hold(hosts, false)
  for (const jobId of jobIds) expect((await stack.end(jobId)).status).toBe('succeeded')
  expect(hosts[0]?.executions()).toHaveLength(2)
})
