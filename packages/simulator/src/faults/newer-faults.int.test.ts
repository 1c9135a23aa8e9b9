/** Switches for what newer servers may do; proposals and readings, no recording. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { isRecord, type Json } from '../record.ts'
import { savingLoop, slowSteps } from '../testing/graphs.ts'
import { openTestSocket } from '../testing/test-socket.ts'
import type { Visitor } from '../testing/visitor.ts'
import { until } from '../testing/wait.ts'
import { isRunning, withSimulator } from '../testing/with-simulator.ts'
import type { Faults } from './faults.ts'
import { NO_FAULTS } from './faults.ts'

const SIMULATOR = { dialect: '0.45' } as const

const withFaults = (faults: Partial<Faults>) => ({ ...SIMULATOR, faults })

async function hear(visitor: Visitor, url: string, graph: unknown) {
  const client_id = randomUUID()
  const socket = await openTestSocket(url, client_id)
  const promptId = await visitor.submit(graph, { client_id })
  const entry = await visitor.finished(promptId)
  await until(
    () => socket.messages.some(({ data }) => isRecord(data) && data['node'] === null),
    () => 'the end was not told',
  )
  const dataOf = (type: string): Json[] =>
    socket.messages.flatMap(({ type: given, data }) =>
      given === type && isRecord(data) ? [data] : [],
    )
  return { entry, dataOf, types: () => socket.typesAbout(promptId) }
}

const image = { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } }
const failing = { class_type: 'TraceRaise', inputs: { image: ['1', 0], kind: 'value_error' } }
const saving = (from: string) => ({
  class_type: 'SaveImage',
  inputs: { images: [from, 0], filename_prefix: 'part' },
})

it('goes on without what needs a failed node, and says at the end what is missing', async () => {
  await withSimulator(withFaults({ partialSuccess: true }), async (visitor, simulator) => {
    const graph = { '1': image, '2': failing, '3': saving('2'), '4': saving('1') }
    const { entry, dataOf, types } = await hear(visitor, simulator.url, graph)
    expect(dataOf('execution_node_error')).toMatchObject([
      { node_id: '2', node_type: 'TraceRaise', exception_type: 'ValueError' },
    ])
    expect(types()).not.toContain('execution_error')
    const summary = {
      completion_status: 'partial_success',
      failed_nodes: ['2'],
      blocked_nodes: ['3'],
    }
    expect(dataOf('execution_success')).toMatchObject([summary])
    const states = dataOf('progress_state').at(-1)?.['nodes']
    const last = dataOf('progress_state').flatMap(({ nodes }) => (isRecord(nodes) ? [nodes] : []))
    expect(last.some((nodes) => isRecord(nodes['2']) && nodes['2']['state'] === 'error')).toBe(true)
    expect(states).toMatchObject({
      '2': { state: 'error' },
      '3': { state: 'blocked' },
      '4': { state: 'finished' },
    })
    const { status, outputs } = entry
    expect(status).toMatchObject({
      status_str: 'success',
      messages: expect.arrayContaining([
        ['execution_node_error', expect.objectContaining({ node_id: '2' })],
        ['execution_success', expect.objectContaining(summary)],
      ]),
    })
    expect(Object.keys(isRecord(outputs) ? outputs : {})).toEqual(['4'])
    expect(simulator.executions()).toMatchObject([{ outcome: 'success' }])
  })
})

it.each([
  ['a line', { '1': image, '2': failing, '3': saving('2') }],
  [
    'a loop',
    {
      ...savingLoop({ iterations: 2 }),
      '2': { class_type: 'TraceRaise', inputs: { image: ['1', 4], kind: 'value_error' } },
    },
  ],
])('fails when nothing of %s that was asked for survives', async (_what, graph) => {
  await withSimulator(withFaults({ partialSuccess: true }), async (visitor, simulator) => {
    const { entry, types } = await hear(visitor, simulator.url, graph)
    expect(types()).toContain('execution_node_error')
    expect(types()).toContain('execution_error')
    expect(types()).not.toContain('execution_success')
    expect(entry['status']).toMatchObject({ status_str: 'error' })
    expect(simulator.executions()).toMatchObject([{ outcome: 'error' }])
  })
})

it('stops at an interrupt all the same', async () => {
  const options = { ...withFaults({ partialSuccess: true }), speed: 1 }
  await withSimulator(options, async (visitor, simulator) => {
    const promptId = await visitor.submit(slowSteps(1000, 0.01))
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    await visitor.post('/interrupt', { prompt_id: promptId })
    await visitor.finished(promptId)
    expect(simulator.executions()).toMatchObject([{ outcome: 'interrupted' }])
  })
})

it('refuses the id of a prompt that waits or runs, and takes that of one that has ended', async () => {
  const options = { ...withFaults({ refusesUsedIds: true }), speed: 1 }
  await withSimulator(options, async (visitor, simulator) => {
    const post = (prompt_id: string, steps: number) =>
      visitor.post('/prompt', { prompt: slowSteps(steps, 0.01), prompt_id })
    const [running, waiting] = [randomUUID(), randomUUID()]
    await post(running, 1000)
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    await post(waiting, 1)
    for (const id of [running, waiting]) {
      const { status, json } = await post(id, 2)
      expect([status, json]).toEqual([409, { error: 'prompt_id already exists' }])
    }
    await visitor.post('/interrupt', { prompt_id: running })
    await visitor.finished(running)
    await visitor.finished(waiting)
    expect((await post(running, 3)).status).toBe(200)
  })
})

it('carries the keys of another client in every message about a prompt, and no other', async () => {
  await withSimulator(withFaults({ foreignMetadata: true }), async (visitor, { url }) => {
    const { dataOf } = await hear(visitor, url, slowSteps(1, 0))
    for (const type of ['execution_start', 'executing', 'progress_state', 'executed'])
      for (const data of dataOf(type)) expect(data).toMatchObject({ workflow_id: 'someone-else' })
    for (const data of dataOf('status')) expect(data).not.toHaveProperty('workflow_id')
  })
})

it('forgets one prompt with an error and no last message, and runs the next', async () => {
  await withSimulator(withFaults({ promptCrashes: true }), async (visitor, simulator) => {
    const { entry, types } = await hear(visitor, simulator.url, slowSteps(1, 0))
    expect(types()).toEqual(['execution_start', 'executing'])
    expect(entry).toMatchObject({
      outputs: {},
      meta: {},
      status: { status_str: 'error', completed: false, messages: [] },
    })
    const next = await hear(visitor, simulator.url, slowSteps(1, 0))
    expect(next.entry['status']).toMatchObject({ status_str: 'success' })
    expect(simulator.executions()).toMatchObject([{ outcome: 'error' }, { outcome: 'success' }])
  })
})

it('turns all of it off with the rest', async () => {
  const all = {
    promptCrashes: true,
    cacheEvicts: true,
    refusesUsedIds: true,
    partialSuccess: true,
    foreignMetadata: true,
  }
  await withSimulator(withFaults(all), (_, { faults }) => {
    expect(faults.get()).toMatchObject(all)
    faults.clear()
    expect(faults.get()).toEqual(NO_FAULTS)
    return Promise.resolve()
  })
})
