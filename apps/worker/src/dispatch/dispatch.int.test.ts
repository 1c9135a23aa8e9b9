/** Which host gets which job: slots, pools, owners, models, with real hosts and workers. */
import type { Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { hold, idOf, isThere, whenState } from '../testing/host-view.ts'
import { startWorkerStack, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
beforeEach(async () => {
  stack = await startWorkerStack()
})
afterEach(() => stack.close())

/** A worker that drives hosts with labels. */
async function startLabelled(listed: { host: Simulator; labels: string[] }[]) {
  const { path, list } = stack.hostsFile
  await list(...listed.map(({ host, labels }) => ({ url: host.url, labels })))
  return stack.startWorker([], { env: { SAFELIGHT_HOSTS_FILE: path } })
}

/** A worker that may give jobs to any of these hosts. */
async function startAll(hosts: readonly Simulator[]): Promise<void> {
  await stack.startWorker(hosts.map(({ url }) => url))
  for (const { url } of hosts) await whenState(stack, url, 'ready')
}

let color = 0
const quick = () => slow({ color: (color += 1), steps: 1 })
const lasting = () => slow({ color: (color += 1), steps: 8, seconds: 5 })

describe('a pool', () => {
  it('has its jobs run by hosts with its label only, and others run anywhere', async () => {
    const [plain, video] = [await stack.startHost(), await stack.startHost()]
    await startLabelled([
      { host: plain, labels: [] },
      { host: video, labels: ['video', 'big'] },
    ])
    const asked = await Promise.all(
      Array.from({ length: 6 }, () => stack.submit(quick(), {}, { pool: 'video' })),
    )
    for (const jobId of asked)
      expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', hostId: idOf(video) })
    const anywhere = await Promise.all(Array.from({ length: 8 }, () => stack.submit(lasting())))
    for (const jobId of anywhere) expect((await stack.end(jobId)).status).toBe('succeeded')
    expect(plain.executions().length).toBeGreaterThan(1)
  })

  it('that no host serves keeps its jobs waiting, and lets others pass', async () => {
    const host = await stack.startHost()
    await startLabelled([{ host, labels: [] }])
    const nowhere = await stack.submit(quick(), {}, { pool: 'nowhere' })
    const other = await stack.submit(quick())
    expect((await stack.end(other)).status).toBe('succeeded')
    expect((await stack.store.load(nowhere))?.status).toBe('queued')
    expect(await stack.backlog.position(nowhere)).toMatchObject({ ahead: 0, pool: 'nowhere' })
  })
})

it('lets an owner with one job pass the flood of another', async () => {
  const host = await stack.startHost()
  const flood = await Promise.all(
    Array.from({ length: 12 }, () => stack.submit(lasting(), {}, { owner: 'flood' })),
  )
  const one = await stack.submit(quick(), {}, { owner: 'one' })
  await stack.startWorker([host.url])
  expect((await stack.end(one)).status).toBe('succeeded')
  const states = await Promise.all(flood.map((jobId) => stack.store.load(jobId)))
  expect(states.filter((state) => state?.status === 'queued').length).toBeGreaterThan(6)
})

it('gives an owner at its limit no more slots, though hosts are idle', async () => {
  const [one, other] = [await stack.startHost(), await stack.startHost()]
  await stack.startWorker([one.url, other.url], { env: { MAX_RUNNING_PER_OWNER: '1' } })
  const jobs = await Promise.all(
    Array.from({ length: 3 }, () => stack.submit(lasting(), {}, { owner: 'a' })),
  )
  const first = await Promise.race(
    jobs.map(async (jobId) => {
      await stack.when(jobId, ({ phase }) => phase === 'executing')
      return jobId
    }),
  )
  const rest = jobs.filter((jobId) => jobId !== first)
  for (const jobId of rest) expect((await stack.store.load(jobId))?.status).toBe('queued')
  const another = await stack.submit(quick(), {}, { owner: 'b' })
  expect((await stack.end(another)).status).toBe('succeeded')
  for (const jobId of jobs) expect((await stack.end(jobId)).status).toBe('succeeded')
})

it('keeps the tickets of an owner at its limit', async () => {
  const host = await stack.startHost()
  const env = { MAX_RUNNING_PER_OWNER: '1' }
  await stack.startWorker([host.url], { env })
  const jobs = await Promise.all(
    Array.from({ length: 4 }, () => stack.submit(quick(), {}, { owner: 'a' })),
  )
  for (const jobId of jobs) expect((await stack.end(jobId)).status).toBe('succeeded')
})

it('gives a job only to a host that knows its nodes', async () => {
  const host = await stack.startHost()
  await stack.startWorker([host.url])
  const workflow = { ...quick(), '9': { class_type: 'NobodyHasThis', inputs: {} } }
  const classes = Object.values(workflow).map(({ class_type: name }) => name)
  const unknown = await stack.submit(workflow, {}, { classes })
  const known = await stack.submit(quick())
  expect((await stack.end(known)).status).toBe('succeeded')
  expect((await stack.store.load(unknown))?.status).toBe('queued')
})

it('runs what its host has loaded first, and overtakes nobody for ever', async () => {
  const host = await stack.startHost()
  const models = ['a.safetensors', 'b.safetensors', 'c.safetensors']
  const jobs: { jobId: string; model: string }[] = []
  for (let n = 0; n < 18; n += 1) {
    const model = models[n % 3] ?? ''
    jobs.push({ jobId: await stack.submit(quick(), {}, { files: [model] }), model })
  }
  await stack.startWorker([host.url], { env: { HOST_SLOTS: '1', MAX_OVERTAKEN: '5' } })
  const ends = await Promise.all(
    jobs.map(async (job) => ({ ...job, at: (await stack.end(job.jobId)).startedAt ?? 0 })),
  )
  const order = ends.toSorted((one, other) => one.at - other.at).map(({ model }) => model)
  const loads = order.filter((model, at) => model !== order[at - 1]).length
  // first come, first served would load a model for each of them
  expect(loads).toBeLessThanOrEqual(8)
  expect(loads).toBeGreaterThan(3)
})

it('gives an idle host a job for which it must load, rather than stage it where the model is', async () => {
  const hosts = [await stack.startHost(), await stack.startHost()]
  hold(hosts, true)
  await startAll(hosts)
  const given: (string | null)[] = []
  for (const _ of hosts) {
    const jobId = await stack.submit(quick(), {}, { files: ['a.safetensors'] })
    given.push((await stack.when(jobId, isThere)).hostId)
  }
  hold(hosts, false)
  expect(new Set(given)).toEqual(new Set(hosts.map(idOf)))
})

it.each([2, 3])('gives a job to that of %i idle hosts which has its model', async (count) => {
  const hosts: Simulator[] = []
  while (hosts.length < count) hosts.push(await stack.startHost())
  await startAll(hosts)
  const files = hosts.map((_, n) => `${n}.safetensors`)
  const submit = (file: string) => stack.submit(quick(), {}, { files: [file] })
  hold(hosts, true)
  const firsts: string[] = []
  for (const file of files) {
    const jobId = await submit(file)
    await stack.when(jobId, isThere)
    firsts.push(jobId)
  }
  hold(hosts, false)
  const homes: (string | null)[] = []
  for (const jobId of firsts) homes.push((await stack.end(jobId)).hostId)
  expect(new Set(homes).size).toBe(count)
  for (const file of files.toReversed())
    expect((await stack.end(await submit(file))).hostId).toBe(homes[files.indexOf(file)])
})

it('knows what a host has in place by the doing of another worker', async () => {
  const host = await stack.startHost()
  const env = { HOST_SLOTS: '1' }
  const submit = (workflow: ReturnType<typeof quick>, file: string) =>
    stack.submit(workflow, {}, { files: [file] })
  const first = await stack.startWorker([host.url], { env })
  const running = await submit(slow({ color: 0xabcdef, steps: 12, seconds: 5 }), 'a.safetensors')
  await stack.when(running, ({ phase }) => phase === 'executing')
  await stack.startWorker([host.url], { env })
  // it lasts for many looks of the second worker, which alone goes on
  const other = await submit(quick(), 'b.safetensors')
  const same = await submit(quick(), 'a.safetensors')
  await first.close()
  const [begunOther, begunSame] = [await stack.end(other), await stack.end(same)]
  expect(begunSame.startedAt).toBeLessThan(begunOther.startedAt ?? 0)
})
