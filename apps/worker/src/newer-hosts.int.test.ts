/** What newer hosts do that older ones did not, as it was read: nothing here was recorded. */
import type { JobEvent, Workflow } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { beforeEach, describe, expect, it } from 'vitest'
import { slow, txt2img } from './testing/graphs.ts'
import { eachWithHost, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened), { dialect: '0.45', speed: 10 })

/** 1 → 2 → saved 3, and 1 → 5 raises, which 6 would have saved. */
function halfRaising(): Workflow {
  return {
    ...slow({ color: 5 }),
    '5': { class_type: 'TraceRaise', inputs: { image: ['1', 0], kind: 'value_error' } },
    '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'never' } },
  }
}

const progressOf = (events: readonly JobEvent[]) =>
  events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []))

describe('a host that goes on without the nodes that failed', () => {
  beforeEach(() => host.faults.set({ partialSuccess: true }))
  const NODES = { '1': 'done', '2': 'done', '3': 'done', '5': 'failed', '6': 'blocked' }
  const WARNINGS = [
    { code: 'node_failed', node_id: '5' },
    { code: 'node_blocked', node_id: '6' },
  ]

  it('has the job fail with that node, and keep what it made', async () => {
    await stack.startWorker([host.url])
    const jobId = await stack.submit(halfRaising())
    const end = await stack.end(jobId)
    expect(end).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'node_execution_error', node_id: '5', class_type: 'TraceRaise' },
      nodes: NODES,
      outputs: [{ node_id: '3' }],
      warnings: WARNINGS,
      deadLetter: false,
    })
    const bars = progressOf((await stack.events(jobId)).events).map(({ value }) => value)
    expect(Math.max(...bars)).toBeLessThan(1)
  })

  it('has the job succeed with what it made where a part is enough, and says what is missing', async () => {
    await stack.startWorker([host.url])
    const end = await stack.end(await stack.submit(halfRaising(), { allowPartial: true }))
    expect(end).toMatchObject({
      status: 'succeeded',
      error: null,
      nodes: NODES,
      outputs: [{ node_id: '3' }],
      warnings: WARNINGS,
      progress: { value: 1, nodes_done: 3, nodes_total: 4 },
    })
  })

  it('fails as ever where nothing is left of what was asked for', async () => {
    await stack.startWorker([host.url])
    const { '3': _saved, ...rest } = halfRaising()
    const end = await stack.end(await stack.submit(rest, { allowPartial: true }))
    expect(end).toMatchObject({ status: 'failed', error: { node_id: '5' }, outputs: [] })
  })
})

it('tries again what a host broke off without a word', async () => {
  host.faults.set({ promptCrashes: true })
  await stack.startWorker([host.url])
  const end = await stack.end(await stack.submit(slow({ color: 6 })))
  expect(end).toMatchObject({ status: 'succeeded', attempt: 2, error: null })
  expect(host.executions()).toHaveLength(2)
})

it('says that a model is loaded, and moves no percent for it', async () => {
  await stack.startWorker([host.url])
  // a watcher sees the last of what comes close together
  host.faults.set({ held: true })
  const jobId = await stack.submit(txt2img())
  const { progress } = await stack.when(
    jobId,
    (snapshot) => snapshot.progress?.node?.detail === 'loading model',
  )
  expect(progress).toMatchObject({
    message: expect.stringMatching(/, loading model$/),
    value: 0,
  })
  host.faults.set({ held: false })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded' })
})

it('counts no nodes that only cached ones need', async () => {
  await stack.startWorker([host.url])
  const workflow = {
    ...slow({ color: 8 }),
    '4': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  }
  expect(await stack.end(await stack.submit(workflow))).toMatchObject({
    progress: { nodes_total: 4 },
  })
  host.faults.set({ cacheEvicts: true })
  const jobId = await stack.submit(workflow)
  const end = await stack.end(jobId)
  // the outputs are there still, so nothing runs
  expect(end).toMatchObject({
    status: 'succeeded',
    nodes: { '3': 'cached', '4': 'cached' },
    progress: { value: 1, nodes_done: 0, nodes_total: 0 },
  })
  expect(end.nodes).not.toHaveProperty('1')
})

it('takes no notice of keys that another client had merged into every message', async () => {
  host.faults.set({ foreignMetadata: true })
  await stack.startWorker([host.url])
  const end = await stack.end(await stack.submit(txt2img()))
  expect(end).toMatchObject({ status: 'succeeded', nodes: { '3': 'done', '9': 'done' } })
  expect(end.outputs).toHaveLength(1)
})
