import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow, txt2img } from '../testing/graphs.ts'
import { whenHost, whenState } from '../testing/host-view.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

const CHECKPOINT = ['tiny_ckpt_full.safetensors']

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

async function succeed(jobId: string): Promise<void> {
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
}

it('tells which models the last workflow has loaded, how many prompts were finished and how fast', async () => {
  await stack.startWorker([host.url])
  const fresh = await whenState(stack, host.url, 'ready')
  expect(fresh).toMatchObject({ models: [], throughput: { last_hour: 0, mean_ms: null } })
  for (const seed of [1, 2]) await succeed(await stack.submit(txt2img({ seed })))
  const { models, throughput } = await whenHost(
    stack,
    host.url,
    (view) => view.throughput.last_hour === 2,
  )
  expect(models).toEqual(CHECKPOINT)
  expect(throughput.mean_ms).toBeGreaterThan(0)
  expect(throughput.mean_ms).toBeLessThan(20_000)
})

it('adds up what several workers let it finish', async () => {
  const env = (name: string) => ({ WORKER_NAME: name })
  await stack.startWorker([host.url], { env: env('w-1') })
  await stack.startWorker([host.url], { env: env('w-2') })
  await whenHost(stack, host.url, ({ workers }) => workers.length === 2)
  const jobs = await Promise.all([1, 2, 3, 4].map((color) => stack.submit(slow({ color }))))
  for (const jobId of jobs) await succeed(jobId)
  const { throughput } = await whenHost(stack, host.url, (view) => view.throughput.last_hour === 4)
  expect(throughput.mean_ms).not.toBeNull()
})

it('knows the models of a workflow once it runs, not while it waits in the host’s queue', async () => {
  await stack.startWorker([host.url])
  host.faults.set({ held: true })
  const ahead = await stack.submit(slow({ color: 1 }))
  await whenHost(stack, host.url, ({ running }) => running.includes(ahead))
  const behind = await stack.submit(txt2img({ steps: 100 }))
  const waiting = await whenHost(stack, host.url, ({ staged }) => staged.includes(behind))
  expect(waiting.models).toEqual([])
  host.faults.set({ held: false })
  await until(() => host.executions().length === 2)
  host.faults.set({ held: true })
  const running = await whenHost(stack, host.url, (view) => view.running.includes(behind))
  expect(running.models).toEqual(CHECKPOINT)
  host.faults.set({ held: false })
  for (const jobId of [ahead, behind]) await succeed(jobId)
})

it('knows of none after the host was away', async () => {
  await stack.startWorker([host.url])
  await succeed(await stack.submit(txt2img()))
  await whenHost(stack, host.url, ({ models }) => models.length > 0)
  await host.close()
  expect(await whenState(stack, host.url, 'offline')).toMatchObject({ models: [] })
  host = await stack.startHost({ speed: 1, port: Number(new URL(host.url).port) })
  const back = await whenState(stack, host.url, 'ready')
  expect(back).toMatchObject({ models: [], throughput: { last_hour: 1 } })
})
