/** Outputs come as they are made: while the graph goes on, and also when it does not come to its end. */
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

const empty = (color: number, batch_size = 1) => ({
  class_type: 'EmptyImage',
  inputs: { width: 32, height: 32, batch_size, color },
})
const save = (from: string, filename_prefix: string) => ({
  class_type: 'SaveImage',
  inputs: { images: [from, 0], filename_prefix },
})
/** Saves a picture, then works on it for a while. */
const saveThenWork = (color: number, then: Record<string, unknown> = {}) => ({
  '1': empty(color),
  '2': save('1', 'first'),
  '3': {
    class_type: 'TraceSteps',
    inputs: { image: ['1', 0], steps: 8, seconds: 5, ...then },
  },
  '4': save('3', 'second'),
})

const firstOutput = async (jobId: string) =>
  until(async () => {
    const { events } = await stack.events(jobId)
    return events.find(({ type }) => type === 'output') ?? null
  }, 'an output')

it('announces an output while the graph goes on, and once', async () => {
  await stack.startWorker([host.url])
  const jobId = await stack.submit(saveThenWork(1))
  await firstOutput(jobId)
  const meanwhile = await stack.store.load(jobId)
  expect(meanwhile).toMatchObject({ status: 'running', phase: 'executing' })
  expect(meanwhile?.outputs).toMatchObject([{ node_id: '2', name: 'first_00001_.png' }])
  expect(meanwhile?.progress?.value).toBeLessThan(1)

  const end = await stack.end(jobId)
  expect(end.status).toBe('succeeded')
  expect(end.outputs.map(({ name }) => name)).toEqual(['first_00001_.png', 'second_00001_.png'])
  const { events } = await stack.events(jobId)
  expect(events.filter(({ type }) => type === 'output')).toHaveLength(2)
  // the bar is full when everything is here, and not before
  const full = events.findIndex((event) => event.type === 'progress' && event.progress.value === 1)
  expect(full).toBeGreaterThan(events.findLastIndex(({ type }) => type === 'output'))
  expect(host.executions()).toHaveLength(1)
})

it('keeps what was made before a cancel, and confirms that all the same', async () => {
  await stack.startWorker([host.url])
  const jobId = await stack.submit(saveThenWork(2))
  await stack.when(jobId, ({ nodes }) => nodes['3'] === 'running')
  await stack.cancel(jobId)
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'canceled', outputs: [{ node_id: '2' }] })
  const [output] = end.outputs
  expect(await stack.assets.load(output?.id ?? '')).toMatchObject({
    job_id: jobId,
    tags: ['output'],
  })
})

it.each([
  ['raised', 'value_error', 'node_execution_error'],
  ['ran out of memory', 'oom', 'out_of_memory'],
])(
  'keeps what was made before a node %s, with the reason of the failure',
  async (_, kind, code) => {
    const env = { MAX_ATTEMPTS: '1' }
    await stack.startWorker([host.url], { env, timings: { earlyOutputMs: 60_000 } })
    const workflow = saveThenWork(3)
    const raising = { class_type: 'TraceRaise', inputs: { image: ['1', 0], kind } }
    const jobId = await stack.submit({
      ...workflow,
      '1': empty(3, 2),
      '3': { ...workflow['3'], inputs: { ...workflow['3'].inputs, steps: 2 } },
      '5': raising,
      '6': save('5', 'never'),
    })
    const end = await stack.end(jobId)
    expect(end).toMatchObject({
      status: 'failed',
      error: { code, node_id: '5' },
    })
    const made = host.executions()[0]
    expect(made).toMatchObject({ outcome: 'error' })
    expect(end.outputs.length).toBeGreaterThan(0)
    expect(end.outputs.every(({ node_id }) => node_id !== '6')).toBe(true)
  },
)

it('says of a failed job why it failed, also when a file that it made cannot be had', async () => {
  host.faults.set({ unservedFile: 'first', unservedStatus: 400 })
  await stack.startWorker([host.url])
  const jobId = await stack.submit({
    '1': empty(5),
    '2': save('1', 'first'),
    '3': save('1', 'second'),
    '4': { class_type: 'TraceSteps', inputs: { image: ['1', 0], steps: 10, seconds: 1 } },
    '5': { class_type: 'TraceRaise', inputs: { image: ['4', 0], kind: 'value_error' } },
    '6': save('5', 'never'),
  })
  expect(await stack.end(jobId)).toMatchObject({
    status: 'failed',
    attempt: 1,
    outputs: [{ node_id: '3' }],
    error: { code: 'node_execution_error', node_id: '5' },
  })
})

it('lists outputs as the nodes stand in the graph, and what is only to be looked at last', async () => {
  await stack.startWorker([host.url])
  const text = [
    `"20":${JSON.stringify({ class_type: 'PreviewImage', inputs: { images: ['1', 0] } })}`,
    `"9":${JSON.stringify(save('1', 'b'))}`,
    `"3":${JSON.stringify(save('1', 'c'))}`,
    `"1":${JSON.stringify(empty(4, 2))}`,
  ]
  const end = await stack.end(await stack.submit(`{${text.join(',')}}`))
  expect(end.outputs.map(({ node_id, preview }) => `${node_id} ${preview ?? false}`)).toEqual([
    '9 false',
    '9 false',
    '3 false',
    '3 false',
    '20 true',
    '20 true',
  ])
  expect(end.outputs.slice(0, 2).map(({ name }) => name)).toEqual(['b_00001_.png', 'b_00002_.png'])
})
