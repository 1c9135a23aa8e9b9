/** What is staged on a host is taken back: for a job of higher priority, when the host leaves, when the worker does. */
import type { Simulator } from '@safelight/simulator'
import { promptIdOf } from '@safelight/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let hosts: readonly Simulator[]
beforeEach(async () => {
  stack = await startWorkerStack()
  hosts = stack.simulators
})
afterEach(() => stack.close())

let color = 0
const quick = () => slow({ color: (color += 1), steps: 1 })
/** Executes until it is canceled, or for some seconds. */
const lasting = (steps: number) => slow({ color: (color += 1), steps, seconds: 1 })
const ENDLESS = 2_000
const SOME_SECONDS = 120

const submit = (priority: number, workflow = quick()) => stack.submit(workflow, {}, { priority })

async function executing(steps = ENDLESS): Promise<string> {
  const jobId = await submit(0, lasting(steps))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  return jobId
}

const submitted = (jobId: string) => stack.when(jobId, ({ phase }) => phase === 'submitted')

async function staged(priority = 0): Promise<string> {
  const jobId = await submit(priority)
  await submitted(jobId)
  return jobId
}

/** The jobs in the order in which hosts began them, by their first attempts. */
function begun(jobIds: readonly string[]): string[] {
  const jobOf = new Map(jobIds.map((jobId) => [promptIdOf(jobId, 1), jobId]))
  return hosts
    .flatMap((host) => host.executions())
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .map(({ promptId }) => jobOf.get(promptId) ?? promptId)
}

/** What its watchers have seen of the way of a job. */
async function seen(jobId: string) {
  const { events } = await stack.events(jobId)
  const statuses = events.flatMap((event) =>
    event.type === 'status' ? [`${event.status} ${event.phase ?? ''}`.trim()] : [],
  )
  const values = events.flatMap((event) =>
    event.type === 'progress' ? [event.progress.value] : [],
  )
  return { statuses, values }
}

/** No attempt but the first, and no execution but one. */
async function succeed(jobIds: readonly string[]): Promise<void> {
  for (const jobId of jobIds)
    expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
}

describe('a job of higher priority', () => {
  it('gets the slot of one that is only staged, which keeps its place', async () => {
    const host = await stack.startHost()
    // newer hosts may
    host.faults.set({ refusesUsedIds: true })
    await stack.startWorker([host.url])
    const first = await executing()
    const second = await staged()
    const third = await submit(0)
    const urgent = await submit(5)
    await submitted(urgent)
    expect(await stack.store.load(second)).toMatchObject({
      status: 'queued',
      attempt: 0,
      hostId: null,
      startedAt: null,
    })
    expect(await stack.backlog.position(second)).toMatchObject({ ahead: 0 })
    expect(await stack.backlog.position(third)).toMatchObject({ ahead: 1 })
    await stack.cancel(first)
    const rest = [urgent, second, third]
    await succeed(rest)
    expect(begun([first, ...rest])).toEqual([first, ...rest])
    const { statuses, values } = await seen(second)
    expect(statuses.slice(0, 4)).toEqual([
      'running preparing',
      'running submitted',
      'queued',
      'running preparing',
    ])
    expect(values).toEqual(values.toSorted((one, other) => one - other))
  })

  it('is also one whose priority was raised while it waited', async () => {
    // a host that chooses its own ids
    const host = await stack.startHost({ dialect: '0.3.34' })
    await stack.startWorker([host.url])
    const first = await executing()
    const second = await staged()
    const raised = await submit(0)
    await stack.setPriority(raised, 1)
    await submitted(raised)
    expect(await stack.store.load(second)).toMatchObject({ status: 'queued', attempt: 0 })
    await stack.cancel(first)
    await succeed([second, raised])
    expect(host.executions()).toHaveLength(3)
  })

  it('has one taken back for it by all workers, none that executes, and none for an equal', async () => {
    const [one, other] = [await stack.startHost(), await stack.startHost()]
    await stack.startWorker([one.url])
    const jobs = [await executing(), await staged()]
    await stack.startWorker([other.url])
    jobs.push(await executing(), await staged())
    const equal = await submit(0)
    const urgent = await submit(1)
    await submitted(urgent)
    const states = await Promise.all(jobs.map((jobId) => stack.store.load(jobId)))
    const [first, second, third, fourth] = states.map((state) => state?.phase ?? state?.status)
    expect([first, third]).toEqual(['executing', 'executing'])
    expect(new Set([second, fourth])).toEqual(new Set(['queued', 'submitted']))
    expect((await stack.store.load(equal))?.status).toBe('queued')
    for (const jobId of [jobs[0] ?? '', jobs[2] ?? '']) await stack.cancel(jobId)
    const all = [...jobs, equal, urgent]
    await succeed([jobs[1] ?? '', jobs[3] ?? '', equal, urgent])
    expect(begun(all).toSorted()).toEqual(all.toSorted())
  })

  it('finds one that was taken back three times staged for good: another gives way', async () => {
    const host = await stack.startHost()
    await stack.startWorker([host.url], { env: { HOST_SLOTS: '3' } })
    const first = await executing()
    const other = await staged()
    const often = await staged(-1)
    for (let n = 1; n <= 3; n += 1) {
      const urgent = await staged(n)
      expect(await stack.store.load(often)).toMatchObject({ status: 'queued', attempt: 0 })
      await stack.cancel(urgent)
      await submitted(often)
    }
    const late = await staged(9)
    expect(await stack.store.load(often)).toMatchObject({ phase: 'submitted' })
    expect(await stack.store.load(other)).toMatchObject({ status: 'queued', attempt: 0 })
    await stack.cancel(first)
    await succeed([often, late, other])
    expect(begun([first, often, late, other])).toEqual([first, often, late, other])
  })
})

it('lets a job be canceled that was taken back', async () => {
  const host = await stack.startHost()
  await stack.startWorker([host.url])
  const first = await executing()
  const second = await staged()
  const urgent = await submit(5)
  await stack.when(second, ({ status }) => status === 'queued')
  await stack.cancel(second)
  expect(await stack.end(second)).toMatchObject({ status: 'canceled', attempt: 0 })
  await stack.cancel(first)
  await succeed([urgent])
  expect(begun([first, urgent])).toEqual([first, urgent])
})

it('takes back what waits behind others when the worker leaves, and lets the rest finish', async () => {
  const [host, spare] = [await stack.startHost(), await stack.startHost()]
  const worker = await stack.startWorker([host.url])
  const first = await executing(SOME_SECONDS)
  const second = await staged()
  const closing = worker.close()
  await stack.when(second, ({ status }) => status === 'queued')
  // nobody drives its host any more, and nothing of it is there: another one has it at once
  await stack.startWorker([spare.url])
  await stack.when(second, ({ status }) => status === 'succeeded')
  expect((await stack.store.load(first))?.status).toBe('running')
  await closing
  await succeed([first])
  expect(begun([first, second])).toEqual([first, second])
  expect(spare.executions().map(({ promptId }) => promptId)).toEqual([promptIdOf(second, 1)])
})

it('takes back what waits behind others when its host leaves, and lets the rest finish', async () => {
  const [host, spare] = [await stack.startHost(), await stack.startHost()]
  const { path, list } = stack.hostsFile
  await list({ url: host.url })
  await stack.startWorker([], { env: { SAFELIGHT_HOSTS_FILE: path } })
  const first = await executing(SOME_SECONDS)
  const second = await staged()
  await list({ url: spare.url })
  expect(await stack.end(second)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect((await stack.store.load(first))?.status).toBe('running')
  await succeed([first, second])
  expect(host.executions().map(({ promptId }) => promptId)).toEqual([promptIdOf(first, 1)])
})
