/** Native loops of newer hosts, from the prompt to what watchers see. */
import type { JobEvent, Snapshot, Workflow } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { nestedLoop, savingLoop } from '@safelight/simulator/testing'
import { expect, it } from 'vitest'
import { eachWithHost, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened), { dialect: '0.45', speed: 1 })

async function follow(workflow: Workflow): Promise<{ end: Snapshot; events: JobEvent[] }> {
  await stack.startWorker([host.url])
  const jobId = await stack.submit(workflow)
  const end = await stack.end(jobId)
  return { end, events: (await stack.events(jobId)).events }
}

const progressOf = (events: readonly JobEvent[]) =>
  events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []))
const bars = (events: readonly JobEvent[]) => progressOf(events).map(({ value }) => value)
const statesOf = (events: readonly JobEvent[], id: string) =>
  events.flatMap((event) => (event.type === 'progress' ? (event.nodes?.[id] ?? []) : []))

it('shows a loop by the nodes of its body, counts its iterations, and names their outputs by them', async () => {
  const { end, events } = await follow(savingLoop({ iterations: 2, seconds: 0.4 }))
  expect(end).toMatchObject({ status: 'succeeded', progress: { value: 1, nodes_total: 6 } })
  expect(end.nodes).toEqual({
    '0': 'done',
    '1': 'done',
    '2': 'done',
    '3': 'done',
    '4': 'done',
    '5': 'done',
  })
  expect(end.outputs.map(({ node_id }) => node_id).toSorted()).toEqual(['3', '3', '5'])
  // running from the first copy to the last, and done once
  expect(statesOf(events, '2')).toEqual(['running', 'done'])
  const details = progressOf(events).map(({ node }) => node?.id === '2' && node.detail)
  expect(details).toEqual(expect.arrayContaining(['Iteration 0 / 2', 'Iteration 1 / 2']))
  expect(bars(events)).toEqual(bars(events).toSorted((a, b) => a - b))
  expect(bars(events).filter((value) => value === 1)).toHaveLength(1)
})

it('shows a loop in a loop the same way', async () => {
  const { end, events } = await follow(nestedLoop(2, 2, 0.3))
  expect(end).toMatchObject({ status: 'succeeded', progress: { value: 1, nodes_total: 8 } })
  expect(new Set(Object.values(end.nodes))).toEqual(new Set(['done']))
  expect(end.outputs.map(({ node_id }) => node_id).toSorted()).toEqual([
    '4',
    '4',
    '4',
    '4',
    '7',
    '7',
  ])
  expect(statesOf(events, '3')).toEqual(['running', 'done'])
  // a busy machine may see one of the steps only
  const last = /^TraceSteps [012]\/2, Iteration 1 \/ 2, Iteration 1 \/ 2$/
  expect(progressOf(events).filter(({ message }) => last.test(message ?? ''))).not.toEqual([])
  expect(bars(events)).toEqual(bars(events).toSorted((a, b) => a - b))
})

it('goes on in the middle of a loop when another worker takes over', async () => {
  const first = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await stack.submit(savingLoop({ iterations: 4, seconds: 0.4 }))
  await stack.when(jobId, ({ progress }) => progress?.node?.detail === 'Iteration 1 / 4')
  host.faults.set({ held: true })
  await first.close()
  const left = await stack.store.load(jobId)
  await stack.startWorker([host.url])
  await stack.when(jobId, ({ seq }) => seq > (left?.seq ?? 0))
  host.faults.set({ held: false })
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'succeeded', attempt: 1, progress: { nodes_total: 6 } })
  expect(new Set(Object.values(end.nodes))).toEqual(new Set(['done']))
  const { events } = await stack.events(jobId)
  expect(statesOf(events, '2')).toEqual(['running', 'done'])
  expect(progressOf(events).map(({ node }) => node?.detail)).toContain('Iteration 3 / 4')
  expect(host.executions()).toHaveLength(1)
})
