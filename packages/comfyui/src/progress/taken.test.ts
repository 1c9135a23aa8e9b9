import { PROBLEMS_MAX } from '@safelight/shared'
import { learnCosts } from './learned-costs.ts'
import { describe, expect, it } from 'vitest'
import { parseAccepted } from '../client/parse-submit.ts'
import type { NodeErrors } from '../client/types.ts'
import { sentJson, sentWorkflow } from '../testing/contract-graphs.ts'
import {
  cached,
  executing,
  foldMessages,
  P,
  SAMPLER_WORKFLOW,
  start,
} from '../testing/host-messages.ts'
import { completeNodeStates, nodeStatesOf } from './node-states.ts'
import { droppedOutputs, foldTaken } from './taken.ts'
import { completeProgress, foldProgress, startProgress } from './tracker.ts'
import type { TrackerOptions } from './types.ts'

const workflow = sentWorkflow('20a-partial-validation')
const refused = (dependent_outputs: string[]) => ({
  class_type: '',
  dependent_outputs,
  errors: [],
})
const before = (options: Partial<TrackerOptions> = {}) =>
  startProgress({ workflow, outputNodes: ['2', '4'], ...options }, 0)
const afterErrors = (nodeErrors: NodeErrors, options: Partial<TrackerOptions> = {}) =>
  foldTaken(before(options), { outputNodes: [], nodeErrors }, 1)
const adopted = (outputNodes: string[], options: Partial<TrackerOptions> = {}) =>
  foldTaken(before(options), { outputNodes, nodeErrors: {} }, 1)

describe('a prompt of which the host dropped an output', () => {
  const answer = parseAccepted(sentJson('20c-host-answer-prompt-200'))
  const taken = afterErrors(answer?.nodeErrors ?? {})

  it('skips that and what only it needed, from the host’s own answer', () => {
    expect(nodeStatesOf(taken)).toEqual({ '3': 'skipped', '4': 'skipped' })
    expect(droppedOutputs(taken)).toEqual(['4'])
  })

  it('counts only what runs, and is done with that', () => {
    expect(before().progress.nodes_total).toBe(4)
    expect(taken.progress).toMatchObject({ nodes_done: 0, nodes_total: 2 })
    const over = foldProgress(taken, { type: 'execution_success', promptId: P }, 2)
    expect(completeNodeStates(over)).toEqual({
      '1': 'done',
      '2': 'done',
      '3': 'skipped',
      '4': 'skipped',
    })
    expect(completeProgress(over)).toMatchObject({ value: 1, nodes_done: 2, nodes_total: 2 })
  })

  it('weighs only what runs', () => {
    const learned = learnCosts(new Map([['warm\nImageScale\n\n', [{ ms: 60_000, by: 'a' }]]]))
    const only = (state: typeof taken) =>
      foldProgress(foldProgress(state, executing('1'), 2), executing('2'), 3).progress.value
    expect(only(before({ learned }))).toBeLessThan(0.01)
    expect(only(afterErrors({ '3': refused(['4']) }, { learned }))).toBeGreaterThan(0.2)
  })

  it('counts no steps that do not run', () => {
    const two = {
      ...SAMPLER_WORKFLOW,
      '13': { class_type: 'KSampler', inputs: { model: ['4', 0], steps: 30 } },
      '19': { class_type: 'SaveImage', inputs: { images: ['13', 0] } },
    }
    const state = startProgress({ workflow: two, outputNodes: ['9', '19'] }, 0)
    expect(state.progress).toMatchObject({ step: 0, steps: 50 })
    const nodeErrors = { '9': refused(['9']) }
    const { progress } = foldTaken(state, { outputNodes: [], nodeErrors }, 1)
    expect(progress).toMatchObject({ step: 0, steps: 30 })
  })

  it('runs a node after all that starts, and does not call a skipped one cached', () => {
    const running = [start, cached('3', '1'), executing('3')].reduce(
      (state, message) => foldProgress(state, message, 2),
      taken,
    )
    expect(nodeStatesOf(running)).toEqual({ '1': 'cached', '3': 'running', '4': 'skipped' })
    expect(nodeStatesOf(foldProgress(taken, cached('3'), 2))).toMatchObject({ '3': 'skipped' })
  })
})

describe('what is dropped', () => {
  it.each<[string, NodeErrors, string[]]>([
    ['nothing, when the host has no complaint', {}, []],
    ['what the host names', { '4': refused(['4']) }, ['3', '4']],
    ['what needs the node, when the host names nothing', { '3': refused([]) }, ['3', '4']],
    ['nothing that is not in the graph', { '9': refused(['9']) }, []],
  ])('is %s', (_, nodeErrors, skipped) => {
    expect(Object.keys(nodeStatesOf(afterErrors(nodeErrors)))).toEqual(skipped)
  })

  it('is all that needs the node, when the host names so many that its list was cut', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `out${index}`)
    const save = { class_type: 'SaveImage', inputs: { images: ['3', 0] } }
    const wide = { ...workflow, ...Object.fromEntries(ids.map((id) => [id, save])) }
    const state = startProgress({ workflow: wide, outputNodes: ['2', ...ids] }, 0)
    const nodeErrors = { '3': refused(ids.slice(0, PROBLEMS_MAX)) }
    const taken = foldTaken(state, { outputNodes: [], nodeErrors }, 1)
    expect(droppedOutputs(taken)).toEqual(ids)
    expect(taken.progress.nodes_total).toBe(2)
  })

  it('is told to who adopts a prompt by the outputs that run', () => {
    expect(nodeStatesOf(adopted(['2']))).toEqual({ '3': 'skipped', '4': 'skipped' })
    expect(adopted(['2']).progress.nodes_total).toBe(2)
    expect(nodeStatesOf(adopted(['2', '4']))).toEqual({})
  })

  it('is unknown when the host does not say', () => {
    const state = before()
    expect(foldTaken(state, { outputNodes: [], nodeErrors: {} }, 1)).toBe(state)
  })

  it('is not guessed: an end of the graph that does not run may be no output', () => {
    const state = adopted(['2'], { outputNodes: [] })
    expect(nodeStatesOf(state)).toEqual({})
    expect(droppedOutputs(state)).toEqual([])
    expect(state.progress.nodes_total).toBe(2)
  })

  it('stays what was found before', () => {
    const known = before({ skipped: ['3', '4'] })
    expect(known.progress.nodes_total).toBe(2)
    expect(completeNodeStates(known)).toMatchObject({ '2': 'done', '4': 'skipped' })
    expect(foldMessages([]).progress.nodes_total).toBe(4)
  })
})
