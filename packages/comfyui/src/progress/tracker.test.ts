import { describe, expect, it } from 'vitest'
import {
  cached,
  executing,
  legacy,
  foldMessages,
  start,
  states,
  tick,
  SAMPLER_WORKFLOW,
} from '../testing/host-messages.ts'
import { foldProgress, startProgress } from './tracker.ts'

describe('progress tracker', () => {
  it('shows 0/20 before anything ran, never 0/0', () => {
    expect(startProgress({ workflow: SAMPLER_WORKFLOW }, 0).progress).toEqual({
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

  it('shows a title on one line of a page, however long it is', () => {
    const [id = '', node] = Object.entries(SAMPLER_WORKFLOW)[0] ?? []
    const long = {
      class_type: 'C'.repeat(256),
      inputs: {},
      _meta: { title: 'a\nb'.repeat(50_000) },
    }
    for (const shown of [long, { ...long, _meta: {} }]) {
      const tracker = startProgress({ workflow: { ...SAMPLER_WORKFLOW, [id]: shown } }, 0)
      const message = { type: 'executing', promptId: 'p', node: id, displayNode: id } as const
      const { progress } = foldProgress(tracker, message, 1)
      expect(progress.current_node).toBe(id)
      expect(progress.message).toHaveLength(200)
      expect(progress.message).not.toContain('\n')
      expect(JSON.stringify(progress).length).toBeLessThan(1_500)
    }
    expect(node).toBeDefined()
  })

  const sampling = { id: '3', class: 'KSampler', title: 'Sampler', value: 5, max: 20 }
  it('folds `progress` of one node', () => {
    const { progress } = foldMessages([
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
    const { progress } = foldMessages([
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
    const { progress } = foldMessages([
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
    const { progress } = foldMessages([legacy(5, 20)])
    expect(progress).toMatchObject({ kind: 'inference', node: sampling, step: 5, steps: 20 })
  })

  it('gives all three dialects the same value for the same moment', () => {
    const values = [
      foldMessages([
        start,
        cached(),
        executing('4'),
        executing('6'),
        executing('3'),
        tick('3', 5, 20),
      ]),
      foldMessages([
        start,
        cached(),
        executing('4'),
        executing('6'),
        executing('3'),
        legacy(5, 20),
      ]),
      foldMessages([
        start,
        cached(),
        states(['4', 'finished', 1, 1], ['6', 'finished', 1, 1], ['3', 'running', 5, 20]),
      ]),
    ].map((state) => state.progress.value)
    expect(values[0]).toBeGreaterThan(0.25)
    expect(new Set(values).size).toBe(1)
  })
})
