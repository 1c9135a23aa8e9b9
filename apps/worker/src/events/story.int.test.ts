/** What a worker tells of a job, from its slot to its end: each fact once, where it becomes true, in order. */
import type { Simulator } from '@safelight/simulator'
import { describe, expect, it } from 'vitest'
import { raising, slow } from '../testing/graphs.ts'
import { type Heard, hearWorker } from '../testing/hear.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

type Starting = Parameters<WorkerStack['startWorker']>[1]

async function start(options: Starting = {}, hosts: readonly Simulator[] = [host]) {
  const heard = hearWorker()
  const urls = hosts.map(({ url }) => url)
  return { heard, worker: await stack.startWorker(urls, { events: heard.events, ...options }) }
}

/** Executes until it is canceled, or for some seconds. */
const lasting = (color: number) => slow({ color, steps: 2_000, seconds: 1 })

async function executing(color: number): Promise<string> {
  const jobId = await stack.submit(lasting(color))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  return jobId
}

/** Its record is written before its end is told, and that before what its last attempt failed of. */
const ended = ({ storyOf }: Heard, jobId: string) =>
  expect.poll(() => storyOf(jobId).at(-1)).toMatch(/^job:ended|^attempt:failed .* fail$/)

const BEGUN = [
  'job:dispatched',
  'job:claimed begin',
  'attempt:started',
  'attempt:phase preparing',
  'attempt:submitted',
  'attempt:phase submitted',
]

describe('of a job', () => {
  it('that succeeds', async () => {
    const { heard } = await start()
    const jobId = await stack.submit(slow({ color: 1 }))
    await stack.end(jobId)
    await ended(heard, jobId)
    expect(heard.storyOf(jobId)).toEqual([
      ...BEGUN,
      'attempt:phase executing',
      'node:started 1',
      'node:ended 1 done',
      'node:started 2',
      'node:ended 2 done',
      'node:started 3',
      'node:ended 3 done',
      'attempt:ended collect',
      'attempt:phase collecting',
      'output:stored',
      'job:ended running succeeded',
    ])
    const { times } = (await stack.store.load(jobId)) ?? {}
    expect(heard.of('job:ended')).toMatchObject([{ jobId, code: null, times }])
    expect(heard.of('job:dispatched')).toMatchObject([{ pool: '*', models: 'none', overtaken: 0 }])
    const types = heard.of('event:appended').flatMap((written) => written.types)
    const { events } = await stack.events(jobId)
    expect(types).toEqual(events.map(({ type }) => type))
  })

  it('whose nodes are cached', async () => {
    const { heard } = await start()
    await stack.end(await stack.submit(slow({ color: 1 })))
    const again = await stack.submit({ ...slow({ color: 1 }) })
    await stack.end(again)
    await ended(heard, again)
    const nodes = heard.storyOf(again).filter((line) => line.startsWith('node:'))
    expect(nodes).toEqual(['node:ended 1 cached', 'node:ended 2 cached', 'node:ended 3 cached'])
  })

  it('whose node raises, and that is tried again', async () => {
    const { heard } = await start()
    const jobId = await stack.submit(raising('value_error'), { nodeRetries: 1 })
    await stack.end(jobId)
    await ended(heard, jobId)
    const failed = ['node:started 2', 'node:ended 2 failed', 'attempt:ended give_up']
    expect(heard.storyOf(jobId)).toEqual([
      ...BEGUN,
      'attempt:phase executing',
      'node:started 1',
      'node:ended 1 done',
      ...failed,
      'attempt:failed node retry',
      ...BEGUN,
      'attempt:phase executing',
      'node:ended 1 cached',
      ...failed,
      'job:ended running failed node_execution_error',
      'attempt:failed node fail',
    ])
    expect(heard.of('attempt:started').map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(heard.of('attempt:failed')).toMatchObject([
      { attempt: 1, delayMs: expect.any(Number), deadLetter: false },
      { attempt: 2, delayMs: null, deadLetter: true },
    ])
  })

  it('that is canceled while it executes', async () => {
    const { heard } = await start()
    const jobId = await executing(1)
    await stack.cancel(jobId)
    await stack.end(jobId)
    await ended(heard, jobId)
    expect(heard.storyOf(jobId).slice(-3)).toEqual([
      'node:started 2',
      'attempt:ended cancel',
      'job:ended canceling canceled',
    ])
  })

  it('that is too late while it waits', async () => {
    const heard = hearWorker()
    const jobId = await stack.submit(slow({ color: 1 }), { startBy: 1 })
    await stack.startWorker([host.url], { events: heard.events, timings: { deadlinesEveryMs: 50 } })
    expect(await stack.end(jobId)).toMatchObject({ status: 'expired' })
    await ended(heard, jobId)
    expect(heard.storyOf(jobId).at(-1)).toBe('job:ended queued expired expired')
  })

  it('that gives way to one of higher priority', async () => {
    const { heard } = await start()
    const first = await executing(1)
    const second = await stack.submit(slow({ color: 2 }))
    await stack.when(second, ({ phase }) => phase === 'submitted')
    const urgent = await stack.submit(slow({ color: 3 }), {}, { priority: 5 })
    await stack.when(urgent, ({ phase }) => phase === 'submitted')
    await stack.cancel(first)
    await stack.end(second)
    await ended(heard, second)
    expect(heard.storyOf(second).slice(0, 14)).toEqual([
      ...BEGUN,
      'attempt:ended take_back',
      'job:taken-back',
      ...BEGUN,
    ])
    expect(heard.of('job:taken-back')).toMatchObject([{ jobId: second, takenBack: 1 }])
  })

  it('that is handed back by a worker which leaves, and adopted by the next one', async () => {
    const { heard, worker } = await start({ env: { DRAIN_TIMEOUT: '1ms' } })
    const jobId = await executing(1)
    await worker.close()
    expect(heard.storyOf(jobId).slice(-2)).toEqual([
      'attempt:ended hand_back',
      'job:handed-back shutdown',
    ])
    const names = heard.all.map(([name]) => name).filter((name) => name.startsWith('worker:'))
    expect(names).toEqual(['worker:started', 'worker:draining', 'worker:handing-back'])
    expect(heard.of('worker:handing-back')).toEqual([{ jobs: 1 }])

    const next = await start()
    await until(() => (next.heard.of('node:started').length > 0 ? true : null))
    await stack.cancel(jobId)
    await stack.end(jobId)
    await ended(next.heard, jobId)
    const story = next.heard.storyOf(jobId)
    expect(story.slice(0, 4)).toEqual([
      'job:claimed adopt',
      'attempt:phase preparing',
      'attempt:adopted',
      'attempt:phase submitted',
    ])
    expect(story.at(-1)).toBe('job:ended canceling canceled')
    expect(next.heard.of('attempt:started')).toEqual([])
  })
})
