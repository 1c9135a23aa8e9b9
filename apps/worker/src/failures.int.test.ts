import { readFile } from 'node:fs/promises'
import { workflowSchema } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { raising, refused, slow } from './testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened), { speed: 50 })

it('fails a workflow that the host refuses, with its node errors and without a second try', async () => {
  await stack.startWorker([host.url])
  const end = await stack.end(await stack.submit(refused()))
  expect(end).toMatchObject({
    status: 'failed',
    attempt: 1,
    error: {
      code: 'invalid_workflow',
      details: { node_errors: { '2': { errors: [{ type: 'required_input_missing' }] } } },
    },
  })
  expect(host.executions()).toEqual([])
})

it('fails with the node that raised, and names no path of the host', async () => {
  await stack.startWorker([host.url])
  const end = await stack.end(await stack.submit(raising('value_error')))
  expect(end).toMatchObject({
    status: 'failed',
    error: { code: 'node_execution_error', node_id: '2', class_type: 'TraceRaise' },
  })
  expect(end.error?.traceback).toContain('File "')
  expect(end.error?.traceback).not.toMatch(/["\s]\/\w+\//)
  expect(host.executions()).toHaveLength(1)
})

it('fails as out_of_memory when the GPU had no room', async () => {
  await stack.startWorker([host.url])
  const end = await stack.end(await stack.submit(raising('oom')))
  expect(end).toMatchObject({ status: 'failed', error: { code: 'out_of_memory', node_id: '2' } })
})

it('goes on after a failure: the next job on the host succeeds', async () => {
  await stack.startWorker([host.url], { env: { HOST_SLOTS: '1' } })
  const failing = await stack.submit(raising('value_error'))
  const next = await stack.submit(slow({ color: 2 }))
  expect(await stack.end(failing)).toMatchObject({ status: 'failed' })
  expect(await stack.end(next)).toMatchObject({ status: 'succeeded' })
})

it('warns of an output that the host dropped while it ran the rest', async () => {
  await stack.startWorker([host.url])
  const workflow = {
    ...slow({ color: 3 }),
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } },
  }
  const end = await stack.end(await stack.submit(workflow))
  expect(end).toMatchObject({
    status: 'succeeded',
    warnings: [{ code: 'output_dropped', node_id: '9' }],
  })
  expect(end.outputs).toHaveLength(1)
})

it('skips what the host did not run, and does not count it', async () => {
  await stack.startWorker([host.url])
  const file = new URL('./fixtures/20a-partial-validation.json', import.meta.url)
  const workflow = workflowSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const end = await stack.end(await stack.submit(workflow))
  expect(end).toMatchObject({
    status: 'succeeded',
    nodes: { '1': 'done', '2': 'done', '3': 'skipped', '4': 'skipped' },
    progress: { value: 1, nodes_done: 2, nodes_total: 2 },
    warnings: [{ code: 'output_dropped', node_id: '3' }],
  })
  expect(end.outputs).toHaveLength(1)
})

it('lets who adopts a prompt say what was skipped, and the reason that only the first has heard', async () => {
  const first = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const long = slow({ color: 4, steps: 400, seconds: 0.25 })
  const jobId = await stack.submit({
    ...long,
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } },
  })
  const { warnings } = await stack.when(
    jobId,
    (snapshot) => snapshot.nodes['9'] === 'skipped' && snapshot.warnings.length > 0,
  )
  await first.close()
  await stack.startWorker([host.url])
  expect(await stack.end(jobId)).toMatchObject({
    status: 'succeeded',
    attempt: 1,
    nodes: { '1': 'done', '2': 'done', '3': 'done', '9': 'skipped' },
    progress: { nodes_done: 3, nodes_total: 3 },
    warnings,
  })
  expect(warnings).toMatchObject([{ code: 'output_dropped', node_id: '9' }])
  expect(host.executions()).toHaveLength(1)
})

it('warns of a node that blocked its output on purpose, and succeeds with what there is', async () => {
  await stack.startWorker([host.url])
  const image = { content: 'WHITE', width: 32, height: 32, batch_size: 1 }
  const end = await stack.end(
    await stack.submit({
      '1': { class_type: 'StubImage', inputs: image },
      '2': {
        class_type: 'TestExecutionBlocker',
        inputs: { input: ['1', 0], block: true, verbose: true },
      },
      '3': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
    }),
  )
  expect(end).toMatchObject({
    status: 'succeeded',
    outputs: [],
    error: null,
    warnings: [{ code: 'execution_blocked' }],
  })
})

it('makes a second attempt on the other host when the first goes away mid-way', async () => {
  const other = await stack.startHost({ speed: 50 })
  try {
    await stack.startWorker([host.url, other.url], {
      env: { HOST_TIMEOUT: '1s' },
      timings: { session: { pollMs: 100 } },
    })
    for (const one of [host, other]) one.faults.set({ held: true })
    const jobId = await stack.submit(slow({ color: 4 }))
    const first = await until(() => [host, other].find((h) => h.executions().length > 0) ?? null)
    const second = first === host ? other : host
    const { hostId } = await stack.when(jobId, ({ phase }) => phase === 'executing')
    await first.close()
    second.faults.set({ held: false })
    const end = await stack.end(jobId)
    expect(end).toMatchObject({ status: 'succeeded', attempt: 2 })
    expect(end.hostId).not.toBe(hostId)
    expect(second.executions()).toHaveLength(1)
    const { events } = await stack.events(jobId)
    const values = events.flatMap((event) =>
      event.type === 'progress' ? [event.progress.value] : [],
    )
    expect(Math.max(...values)).toBe(1)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  } finally {
    await other.close()
  }
})

it('waits for a host to come, and takes nothing before', async () => {
  await host.close()
  await stack.startWorker([host.url])
  const jobId = await stack.submit(slow({ color: 5 }))
  host = await stack.startHost({ speed: 50, port: Number(new URL(host.url).port) })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
})
