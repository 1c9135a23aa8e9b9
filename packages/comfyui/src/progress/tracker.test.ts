import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import type { HostMessage, NodeState } from '../protocol/host-message.ts'
import { nodeTimings } from './timings.ts'
import { completeProgress, foldProgress, startProgress } from './tracker.ts'
import type { TrackerState } from './types.ts'

const WORKFLOW: Workflow = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['4', 1] } },
  '3': {
    class_type: 'KSampler',
    inputs: { model: ['4', 0], positive: ['6', 0], steps: 20 },
    _meta: { title: 'Sampler' },
  },
  '9': { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
  // nothing needs it, so it never runs
  '99': { class_type: 'EmptyImage', inputs: {} },
}
const P = 'p'
const executing = (node: string): HostMessage => ({
  type: 'executing',
  promptId: P,
  node,
  displayNode: node,
})
const tick = (node: string | null, value: number, max: number): HostMessage => ({
  type: 'progress',
  promptId: P,
  node,
  value,
  max,
})
const legacy = (value: number, max: number): HostMessage => ({
  type: 'execution_progress',
  promptId: P,
  value,
  max,
})
const start: HostMessage = { type: 'execution_start', promptId: P }
const cached = (...nodes: string[]): HostMessage => ({
  type: 'execution_cached',
  promptId: P,
  nodes,
})
function states(...nodes: [string, NodeState['state'], number, number][]): HostMessage {
  return {
    type: 'progress_state',
    promptId: P,
    nodes: nodes.map(([nodeId, state, value, max]) => ({
      nodeId,
      displayNodeId: nodeId,
      parentNodeId: null,
      realNodeId: nodeId,
      state,
      value,
      max,
    })),
  }
}

function run(messages: HostMessage[], workflow = WORKFLOW): TrackerState {
  return messages.reduce(
    (state, message, index) => foldProgress(state, message, index * 100),
    startProgress({ workflow }, 0),
  )
}

describe('progress tracker', () => {
  it('shows 0/20 before anything ran, never 0/0', () => {
    expect(startProgress({ workflow: WORKFLOW }, 0).progress).toEqual({
      value: 0,
      nodes_done: 0,
      nodes_total: 4,
      current_node: null,
      current_node_class: null,
      step: 0,
      steps: 20,
      message: null,
      kind: 'connected',
      node: null,
      eta_ms: null,
    })
  })

  const sampling = { id: '3', class: 'KSampler', title: 'Sampler', value: 5, max: 20 }
  it('folds `progress` of one node', () => {
    const { progress } = run([
      start,
      cached(),
      executing('4'),
      executing('6'),
      executing('3'),
      tick('3', 5, 20),
    ])
    expect(progress).toMatchObject({
      kind: 'node',
      node: sampling,
      step: 5,
      steps: 20,
      nodes_done: 2,
      message: 'Sampler 5/20',
    })
  })

  it('folds `progress_state` of every node', () => {
    const { progress } = run([
      start,
      cached(),
      states(['4', 'finished', 1, 1], ['6', 'finished', 1, 1], ['3', 'running', 5, 20]),
    ])
    expect(progress).toMatchObject({
      kind: 'aggregate',
      node: sampling,
      step: 5,
      steps: 20,
      nodes_done: 2,
      current_node: '3',
    })
  })

  it('folds the legacy `execution_progress`, which names no node', () => {
    const { progress } = run([
      start,
      cached(),
      executing('4'),
      executing('6'),
      executing('3'),
      legacy(5, 20),
    ])
    expect(progress).toMatchObject({
      kind: 'inference',
      node: sampling,
      step: 5,
      steps: 20,
      nodes_done: 2,
    })
  })

  it('takes a nameless tick for the sampler when nothing was announced', () => {
    const { progress } = run([legacy(5, 20)])
    expect(progress).toMatchObject({ kind: 'inference', node: sampling, step: 5, steps: 20 })
  })

  it('gives all three dialects the same value for the same moment', () => {
    const values = [
      run([start, cached(), executing('4'), executing('6'), executing('3'), tick('3', 5, 20)]),
      run([start, cached(), executing('4'), executing('6'), executing('3'), legacy(5, 20)]),
      run([
        start,
        cached(),
        states(['4', 'finished', 1, 1], ['6', 'finished', 1, 1], ['3', 'running', 5, 20]),
      ]),
    ].map((state) => state.progress.value)
    expect(values[0]).toBeGreaterThan(0.25)
    expect(new Set(values).size).toBe(1)
  })

  it('does not count cached nodes, nor nodes that nothing needs, nor steps of a cached sampler', () => {
    expect(run([start, cached('4', '6')]).progress).toMatchObject({ nodes_total: 2, steps: 20 })
    expect(run([start, cached('4', '6', '3')]).progress).toMatchObject({
      nodes_total: 1,
      step: null,
      steps: null,
    })
  })

  it('counts a node that runs although it was listed as cached', () => {
    expect(run([start, cached('4', '6', '3'), executing('3')]).progress.nodes_total).toBe(2)
  })

  it('never falls when a sampler starts over or more work turns up', () => {
    const before = run([start, cached(), executing('3'), tick('3', 20, 20)])
    const again = foldProgress(before, tick('3', 1, 20), 900)
    expect(again.progress.value).toBe(before.progress.value)
    expect(again.progress.node).toMatchObject({ value: 1, max: 20 })
    expect(foldProgress(again, executing('99'), 950).progress.value).toBe(before.progress.value)
  })

  it('stays under 1 however much the host has done, until everything is stored', () => {
    const state = run([
      start,
      cached(),
      executing('4'),
      executing('6'),
      executing('3'),
      executing('9'),
      { type: 'execution_success', promptId: P },
    ])
    expect(state.progress.value).toBe(0.99)
    expect(state.progress.nodes_done).toBe(4)
    expect(completeProgress(state)).toMatchObject({
      value: 1,
      kind: 'complete',
      node: null,
      step: 20,
      steps: 20,
      eta_ms: 0,
    })
  })

  it('counts nodes made by expansion toward the node that made them', () => {
    const { progress } = run([
      start,
      cached(),
      states(['3', 'running', 0, 1], ['3.0.0.1', 'running', 2, 4]),
    ])
    expect(progress).toMatchObject({
      nodes_total: 4,
      current_node: '3',
      node: { id: '3', value: 2, max: 4 },
    })
    expect(
      run([start, executing('3'), executing('3.0.0.1'), executing('3.0.0.2')]).progress,
    ).toMatchObject({
      nodes_done: 0,
      nodes_total: 4,
      current_node: '3',
    })
  })

  it('keeps two nodes that run side by side apart', () => {
    const { progress } = run([
      start,
      states(['4', 'running', 1, 4], ['6', 'running', 1, 2]),
      states(['4', 'running', 3, 4], ['6', 'running', 1, 2]),
    ])
    expect(progress.node).toMatchObject({ id: '4', value: 3, max: 4 })
    expect(progress.nodes_done).toBe(0)
  })

  it('takes steps only from counters of whole steps', () => {
    const { progress } = run([start, executing('4'), tick('4', 0.25, 0.5)])
    expect(progress).toMatchObject({ step: 0, steps: 20, node: { value: 0.25, max: 0.5 } })
  })

  it('reads steps through a link to a number node, and the part of a schedule that runs', () => {
    const linked: Workflow = {
      '1': { class_type: 'PrimitiveInt', inputs: { value: 12 } },
      '2': { class_type: 'KSampler', inputs: { steps: ['1', 0] } },
      '3': {
        class_type: 'KSamplerAdvanced',
        inputs: { steps: 30, start_at_step: 20, end_at_step: 10_000, latent: ['2', 0] },
      },
      '4': { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
    }
    expect(startProgress({ workflow: linked }, 0).progress.steps).toBe(22)
  })

  it('weighs by what past runs of the class have cost', () => {
    const fold = (ms: number) =>
      foldProgress(
        startProgress({ workflow: WORKFLOW, costs: { CheckpointLoaderSimple: { ms } } }, 0),
        states(['4', 'finished', 1, 1]),
        10,
      ).progress.value
    expect(fold(40_000)).toBeGreaterThan(0.8)
    expect(fold(10)).toBeLessThan(0.01)
  })

  it('learns milliseconds per run, and per step where there are steps', () => {
    const state = run([start, executing('4'), executing('6'), executing('3'), executing('9')])
    expect(nodeTimings(state)).toEqual({
      CheckpointLoaderSimple: 100,
      CLIPTextEncode: 100,
      KSampler: 5,
    })
  })

  it('estimates what is left once there is enough to tell', () => {
    const begun = startProgress({ workflow: WORKFLOW }, 0)
    const early = foldProgress(foldProgress(begun, start, 0), tick('3', 2, 20), 500)
    expect(early.progress.eta_ms).toBeNull()
    const later = foldProgress(early, tick('3', 10, 20), 5_000)
    const { value, eta_ms } = later.progress
    expect(eta_ms).toBe(Math.round((5_000 * (1 - value)) / value))
  })

  it('ignores what it does not know: other nodes, other messages', () => {
    const state = run([start])
    expect(foldProgress(state, executing('nope'), 1)).toBe(state)
    expect(foldProgress(state, { type: 'unknown', name: 'x' }, 1)).toBe(state)
    expect(
      foldProgress(state, { type: 'executing', promptId: P, node: null, displayNode: null }, 1),
    ).toBe(state)
  })
})
