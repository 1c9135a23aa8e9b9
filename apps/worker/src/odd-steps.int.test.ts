import type { Simulator } from '@safelight/simulator'
import { isTerminal, type Workflow } from '@safelight/shared'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { slow, txt2img } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
beforeEach(async () => {
  stack = await startWorkerStack()
  host = await stack.startHost({ speed: 200 })
  await stack.startWorker([host.url])
})
afterEach(() => stack.close())

/** The trace's own steps, read through a link to a node of fractions. */
function linked(value: number): Workflow {
  const graph = slow({ color: 3 })
  const steps = graph['2']
  if (!steps) throw new Error('the graph has a node of steps')
  return {
    ...graph,
    '2': { ...steps, inputs: { ...steps.inputs, steps: ['9', 0] } },
    '9': { class_type: 'PrimitiveFloat', inputs: { value } },
  }
}

it.each([
  ['a fraction of steps', slow({ color: 1, steps: 2.5 })],
  ['a fraction of steps of a sampler', txt2img({ steps: 2.5 })],
])('runs a job with %s, as its host does', async (_, workflow) => {
  const jobId = await stack.submit(workflow)
  expect(await stack.end(jobId)).toMatchObject({
    status: 'succeeded',
    attempt: 1,
    outputs: [{ type: 'image' }],
  })
  const { events } = await stack.events(jobId)
  const steps = events.flatMap((event) => (event.type === 'progress' ? [event.progress.steps] : []))
  expect(steps[0]).toBe(2)
  expect(host.executions()).toHaveLength(1)
})

it.each([
  ['more steps than there are numbers', slow({ color: 2, steps: 1e300 })],
  ['steps linked to what holds a fraction', linked(2.5)],
  ['steps linked to what holds too much', linked(1e300)],
])('ends a job with %s in the words of its host, never as a fault of ours', async (_, workflow) => {
  const { status, attempt, error } = await stack.end(await stack.submit(workflow))
  expect(isTerminal(status)).toBe(true)
  expect(attempt).toBe(1)
  expect(error?.code).not.toBe('internal')
})
