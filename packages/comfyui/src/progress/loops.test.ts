import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { findLoops } from '../graph/loops.ts'
import type { HostMessage, ProgressStateNode } from '../protocol/host-message.ts'
import { attribute, startAttribution } from '../session/attribute.ts'
import {
  cached,
  foldMessages,
  P,
  SAMPLER_WORKFLOW,
  start,
  states,
} from '../testing/host-messages.ts'
import { nodeStatesOf } from './node-states.ts'
import { completeProgress, foldProgress, startProgress } from './tracker.ts'

const LOOP: Workflow = {
  m: { class_type: 'CheckpointLoaderSimple', inputs: {} },
  loop: { class_type: 'StartLoop', inputs: { mode: ['m', 1] } },
  '3': { class_type: 'KSampler', inputs: { model: ['m', 0], latent: ['loop', 1], steps: 4 } },
  '5': { class_type: 'PreviewImage', inputs: { images: ['3', 0] } },
  end: { class_type: 'EndLoop', inputs: { value: ['3', 0] } },
  '9': { class_type: 'SaveImage', inputs: { images: ['end', 0] } },
}
const NESTED: Workflow = {
  out: { class_type: 'StartLoop', inputs: {} },
  in: { class_type: 'StartLoop', inputs: { value: ['out', 1] } },
  '3': { class_type: 'KSampler', inputs: { latent: ['in', 1], steps: 4 } },
  ie: { class_type: 'EndLoop', inputs: { value: ['3', 0] } },
  oe: { class_type: 'EndLoop', inputs: { value: ['ie', 0] } },
  '9': { class_type: 'SaveImage', inputs: { images: ['oe', 0] } },
}

type State = ProgressStateNode['state']
/** Copies, as a host names and shows them. */
const copies = (...nodes: [string, string, State, number, number][]): HostMessage => ({
  type: 'progress_state',
  promptId: P,
  nodes: nodes.map(([nodeId, displayNodeId, state, value, max]) => ({
    nodeId,
    displayNodeId,
    parentNodeId: 'loop',
    realNodeId: 'loop',
    state,
    value,
    max,
    activity: null,
  })),
})
const says = (nodeId: string, text: string): HostMessage => ({ type: 'text', nodeId, text })
/** What a session passes on, folded one after the other. @returns every state on the way */
function follow(workflow: Workflow, messages: HostMessage[]) {
  let attribution = startAttribution(P, Object.keys(workflow))
  let state = startProgress({ workflow }, 0)
  return messages.map((message, index) => {
    const attributed = attribute(attribution, message)
    attribution = attributed.state
    if (attributed.ours) state = foldProgress(state, attributed.message, index * 100)
    return state
  })
}
const bars = (all: ReturnType<typeof follow>) => all.map(({ progress }) => progress.value)

describe('a loop of two iterations', () => {
  const first = 'loop.0.0.0_3'
  const second = 'loop.0.1.0_3'
  const all = follow(LOOP, [
    start,
    states(['m', 'finished', 1, 1], ['loop', 'running', 0, 1]),
    says('loop', 'Iteration 1 / 2'),
    copies([first, '3', 'running', 2, 4]),
    copies([first, '3', 'finished', 4, 4], ['loop.0.0.1_5', '5', 'finished', 1, 1]),
    says('loop', 'Iteration 2 / 2'),
    copies([first, '3', 'finished', 4, 4], [second, '3', 'running', 1, 4]),
    { type: 'progress', promptId: P, node: second, value: 3, max: 4 },
    copies([second, '3', 'finished', 4, 4], ['loop.0.1.1_5', '5', 'finished', 1, 1]),
    states(['loop', 'finished', 1, 1], ['end', 'running', 0, 1]),
    { type: 'execution_success', promptId: P },
  ])
  const at = (index: number) => all[index] ?? startProgress({ workflow: LOOP }, 0)

  it('shows the nodes of the body, and which iteration it is', () => {
    expect(at(3).progress).toMatchObject({
      current_node: '3',
      current_node_class: 'KSampler',
      step: 2,
      steps: 4,
      message: 'KSampler 2/4, Iteration 1 / 2',
      node: { id: '3', value: 2, max: 4, detail: 'Iteration 1 / 2' },
    })
    expect(at(7).progress.message).toBe('KSampler 3/4, Iteration 2 / 2')
  })

  it('has them run until their last copy is over, and then done', () => {
    expect(nodeStatesOf(at(4))).toMatchObject({ '3': 'running', '5': 'running', loop: 'running' })
    expect(at(4).progress.nodes_done).toBe(1)
    expect(nodeStatesOf(at(7))).toMatchObject({ '3': 'running' })
    expect(nodeStatesOf(at(8))).toMatchObject({ '3': 'done', '5': 'done', loop: 'running' })
  })

  it('has a bar that never falls, moves with both iterations, and is 1 at the end only', () => {
    const values = bars(all)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(at(6).progress.value).toBeGreaterThan(at(3).progress.value)
    expect(at(7).progress.value).toBeGreaterThan(at(6).progress.value)
    expect(Math.max(...values)).toBe(0.99)
    expect(completeProgress(at(10)).value).toBe(1)
  })

  it('is over for its nodes when the end of the loop begins, though nobody said how often it goes round', () => {
    const quiet = follow(LOOP, [
      start,
      copies([first, '3', 'finished', 4, 4]),
      states(['end', 'running', 0, 1]),
    ])
    expect(quiet.map((state) => nodeStatesOf(state)['3'])).toEqual([undefined, 'running', 'done'])
  })
})

it('goes by the number in the graph until the host says another', () => {
  const planned = {
    ...LOOP,
    loop: { class_type: 'StartLoop', inputs: { mode: 'simple', 'mode.num_iterations': 4 } },
  }
  const copy = (n: number) => copies([`loop.0.0.${n}_3`, '3', 'finished', 4, 4])
  const all = follow(planned, [start, copy(0), copy(1), says('loop', 'Iteration 2 / 2')])
  expect(all.map((state) => nodeStatesOf(state)['3'])).toEqual([
    undefined,
    'running',
    'running',
    'done',
  ])
  // two of four are no more than half
  expect(all[2]?.progress.value).toBeLessThan(0.5)
})

it('counts what an inner loop goes round for every iteration of the outer one', () => {
  const inner = (round: number) => `out.0.${round}.0_in`
  const body = (round: number, time: number) => `${inner(round)}.0.${time}.0_3`
  const rounds = [0, 1].flatMap((round): HostMessage[] => [
    says('out', `Iteration ${round + 1} / 2`),
    copies([inner(round), 'in', 'running', 0, 1]),
    ...[0, 1, 2].flatMap((time): HostMessage[] => [
      says(inner(round), `Iteration ${time + 1} / 3`),
      copies([body(round, time), '3', 'running', 2, 4]),
      copies([body(round, time), '3', 'finished', 4, 4]),
    ]),
    copies([inner(round), 'in', 'finished', 1, 1], [`out.0.${round}.2_ie`, 'ie', 'finished', 1, 1]),
  ])
  const all = follow(NESTED, [start, states(['out', 'running', 0, 1]), ...rounds])
  const shown = all.map(({ progress }) => progress.message)
  expect(shown).toContain('KSampler 2/4, Iteration 2 / 2, Iteration 3 / 3')
  const of3 = all.map((state) => nodeStatesOf(state)['3'])
  expect(of3.lastIndexOf('running')).toBe(of3.indexOf('done') - 1)
  expect(nodeStatesOf(all.at(-1) ?? foldMessages([]))).toMatchObject({
    '3': 'done',
    in: 'done',
    ie: 'done',
    out: 'running',
  })
  expect(bars(all)).toEqual(bars(all).toSorted((a, b) => a - b))
  // five of six runs of the sampler leave room in the bar
  const fifth = all.findLast(({ runs }) => runs.get('3')?.copiesDone === 5)
  expect(fifth?.progress.value).toBeLessThan(0.9)
})

it('counts what a copy makes by expansion as a part of the copy', () => {
  const made = follow(LOOP, [
    start,
    says('loop', 'Iteration 1 / 2'),
    copies(['loop.0.0.0_3', '3', 'running', 0, 1], ['loop.0.0.0_3.0.0.1', '3', 'finished', 1, 1]),
  ])
  expect(made.at(-1)?.runs.get('3')).toMatchObject({ copiesDone: 0, tookMs: null })
})

it('keeps a node done that has run itself, while the loop of a custom node copies it', () => {
  const all = follow(SAMPLER_WORKFLOW, [
    start,
    states(['4', 'finished', 1, 1], ['6', 'finished', 1, 1], ['9', 'running', 0, 1]),
    copies(['9.0.0.6', '6', 'running', 1, 2]),
    copies(['9.0.0.6', '6', 'finished', 1, 1]),
    copies(['9.0.1.6', '6', 'running', 1, 2]),
  ])
  expect(all.map((state) => nodeStatesOf(state)['6'])).toEqual([
    undefined,
    ...Array(4).fill('done'),
  ])
  expect(all.map(({ progress }) => progress.nodes_done)).toEqual([0, 2, 2, 2, 2])
  // and says that it is that which runs now
  expect(all.at(-1)?.progress).toMatchObject({ current_node: '6', node: { value: 1, max: 2 } })
})

it('takes a number of iterations for what a bar can show', () => {
  const endless = follow(LOOP, [
    start,
    says('loop', 'Iteration 1 / 18446744073709551615'),
    copies(['loop.0.0.0_3', '3', 'running', 2, 4]),
  ])
  expect(endless.at(-1)?.progress.value).toBeGreaterThanOrEqual(0)
  expect(endless.at(-1)?.progress.message).toContain('Iteration 1 / 18446744073709551615')
})

it('finds the loops of a graph, one inside the other', () => {
  const loops = findLoops(NESTED)
  expect(loops.get('3')).toMatchObject({ start: 'in', end: 'ie', outer: { start: 'out' } })
  expect(loops.get('in')).toMatchObject({ start: 'out', end: 'oe', outer: null })
  expect([...loops.keys()].toSorted()).toEqual(['3', 'ie', 'in'])
  expect(findLoops(LOOP).get('5')?.start).toBe('loop')
  expect(findLoops({ a: { class_type: 'StartLoop', inputs: {} } }).size).toBe(0)
})

describe('nodes that only cached ones need', () => {
  it('are not waited for, not counted, and not done', () => {
    // the saved picture is still there; what made it is not
    const state = foldMessages([start, cached('9'), states(['9', 'finished', 1, 1])])
    expect(state.progress).toMatchObject({ nodes_total: 0, steps: null })
    const over = foldProgress(state, { type: 'execution_success', promptId: P }, 900)
    expect(nodeStatesOf(over)).toEqual({ '9': 'cached' })
    expect(over.progress).toMatchObject({ nodes_done: 0, nodes_total: 0, value: 0.99 })
  })

  it('count as soon as they run all the same, as older hosts have them do', () => {
    const state = foldMessages([start, cached('9'), states(['4', 'running', 0, 1])])
    expect(state.progress.nodes_total).toBe(1)
    expect(nodeStatesOf(state)).toEqual({ '9': 'cached', '4': 'running' })
  })
})
