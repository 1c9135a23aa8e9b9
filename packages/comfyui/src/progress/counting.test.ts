import { progressSchema, type Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import {
  cached,
  executing,
  P,
  foldMessages,
  start,
  states,
  tick,
  SAMPLER_WORKFLOW,
} from '../testing/host-messages.ts'
import { learnCosts, nameOfWork } from './learned-costs.ts'
import { completeProgress, foldProgress, startProgress } from './tracker.ts'

describe('what progress counts', () => {
  it('does not count cached nodes, nor nodes that nothing needs, nor steps of a cached sampler', () => {
    expect(foldMessages([start, cached('4', '6')]).progress).toMatchObject({
      nodes_total: 2,
      steps: 20,
    })
    expect(foldMessages([start, cached('4', '6', '3')]).progress).toMatchObject({
      nodes_total: 1,
      step: null,
      steps: null,
    })
  })

  it('counts a node that runs although it was listed as cached', () => {
    expect(foldMessages([start, cached('4', '6', '3'), executing('3')]).progress.nodes_total).toBe(
      2,
    )
  })

  it('never falls when a sampler starts over or more work turns up', () => {
    const before = foldMessages([start, cached(), executing('3'), tick('3', 20, 20)])
    const again = foldProgress(before, tick('3', 1, 20), 900)
    expect(again.progress.value).toBe(before.progress.value)
    expect(again.progress.node).toMatchObject({ value: 1, max: 20 })
    expect(foldProgress(again, executing('99'), 950).progress.value).toBe(before.progress.value)
  })

  it('stays under 1 however much the host has done, until everything is stored', () => {
    const state = foldMessages([
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
    const { progress } = foldMessages([
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
      foldMessages([start, executing('3'), executing('3.0.0.1'), executing('3.0.0.2')]).progress,
    ).toMatchObject({
      nodes_done: 0,
      nodes_total: 4,
      current_node: '3',
    })
  })

  it('keeps two nodes that run side by side apart', () => {
    const { progress } = foldMessages([
      start,
      states(['4', 'running', 1, 4], ['6', 'running', 1, 2]),
      states(['4', 'running', 3, 4], ['6', 'running', 1, 2]),
    ])
    expect(progress.node).toMatchObject({ id: '4', value: 3, max: 4 })
    expect(progress.nodes_done).toBe(0)
  })

  it('takes steps only from counters of whole steps', () => {
    const { progress } = foldMessages([start, executing('4'), tick('4', 0.25, 0.5)])
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

  it.each([
    [2.5, 2],
    [1e300, Number.MAX_SAFE_INTEGER],
    [-3, null],
    [0.5, null],
    [['1', 0], 2],
  ])('makes a count of whatever was written for steps: %j', (steps, counted) => {
    const workflow: Workflow = {
      '1': { class_type: 'PrimitiveFloat', inputs: { value: 2.5 } },
      '2': { class_type: 'FloatSteps', inputs: { steps } },
      '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
    }
    const { progress } = startProgress({ workflow }, 0)
    expect(progressSchema.parse(progress)).toMatchObject({ value: 0, steps: counted })
  })

  it('makes a count of fractions of a schedule, and of sums beyond what can be counted', () => {
    const advanced = { start_at_step: 1.5, end_at_step: 1e300 }
    const workflow: Workflow = {
      '1': { class_type: 'KSamplerAdvanced', inputs: { steps: 4.25, ...advanced } },
      '2': { class_type: 'KSampler', inputs: { steps: 1e300, latent: ['1', 0] } },
      '3': { class_type: 'KSampler', inputs: { steps: 1e300, latent: ['2', 0] } },
      '4': { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
    }
    const begun = startProgress({ workflow }, 0)
    const some = foldProgress(begun, { type: 'execution_cached', promptId: P, nodes: ['1'] }, 1)
    for (const { progress } of [begun, some]) {
      expect(progressSchema.parse(progress).steps).toBe(Number.MAX_SAFE_INTEGER)
    }
    const alone = startProgress({ workflow, outputNodes: ['1'] }, 0)
    expect(alone.progress.steps).toBe(2)
  })

  it.each([
    [1e300, 1e300],
    [-1e300, 4],
    [3, -7],
    [2.5, 4],
    [9.5, 1],
  ])(
    'shows what a host ticks as it is, and counts only what can be counted: %d of %d',
    (value, max) => {
      for (const message of [tick('3', value, max), states(['3', 'running', value, max])]) {
        const state = foldMessages([start, executing('3'), message])
        expect(progressSchema.parse(state.progress).node).toMatchObject({ value, max })
        progressSchema.parse(completeProgress(state))
      }
    },
  )

  it('counts a node with more links than a call takes arguments', () => {
    const links = Array.from({ length: 150_000 }, (_, at) => [`image_${at}`, ['1', 0]])
    const workflow: Workflow = {
      '1': { class_type: 'EmptyImage', inputs: {} },
      '2': { class_type: 'SaveImages', inputs: Object.fromEntries(links) },
    }
    expect(startProgress({ workflow }, 0).progress.nodes_total).toBe(2)
  })

  it('reads a number node with very many inputs once, however many link to it', () => {
    const many = Array.from({ length: 50_000 }, (_, at) => [`text_${at}`, ''])
    const samplers = Array.from({ length: 2_000 }, (_, at) => [
      `${at + 2}`,
      { class_type: 'KSampler', inputs: { steps: ['1', 0], latent: [`${at + 1}`, 0] } },
    ])
    let looks = 0
    const inputs = new Proxy(
      { ...Object.fromEntries(many), value: 3 },
      {
        ownKeys(target) {
          looks += 1
          return Reflect.ownKeys(target)
        },
      },
    )
    const workflow: Workflow = {
      ...Object.fromEntries(samplers),
      '1': { class_type: 'Numbers', inputs },
    }
    expect(startProgress({ workflow, outputNodes: ['2001'] }, 0).progress.steps).toBe(6_000)
    // by every part that reads inputs, but not once per link
    expect(looks).toBeLessThan(20)
  })

  it('weighs by what past runs of the class have cost', () => {
    const loader = { class: 'CheckpointLoaderSimple', model: 'a.safetensors', megapixels: null }
    const fold = (ms: number) =>
      foldProgress(
        startProgress(
          {
            workflow: SAMPLER_WORKFLOW,
            learned: learnCosts(new Map([[nameOfWork('warm', loader) ?? '', [{ ms, by: 'a' }]]])),
          },
          0,
        ),
        states(['4', 'finished', 1, 1]),
        10,
      ).progress.value
    expect(fold(40_000)).toBeGreaterThan(0.8)
    expect(fold(10)).toBeLessThan(0.01)
  })

  it('estimates what is left once there is enough to tell', () => {
    const begun = startProgress({ workflow: SAMPLER_WORKFLOW }, 0)
    const early = foldProgress(foldProgress(begun, start, 0), tick('3', 2, 20), 500)
    expect(early.progress.eta_ms).toBeNull()
    const later = foldProgress(early, tick('3', 10, 20), 5_000)
    const { value, eta_ms } = later.progress
    const byValue = (5_000 * (1 - value)) / value
    expect(eta_ms).toBeGreaterThan(byValue * 0.9)
    expect(eta_ms).toBeLessThan(byValue * 1.1)
  })

  it('ignores what it does not know: other nodes, other messages', () => {
    const state = foldMessages([start])
    expect(foldProgress(state, executing('nope'), 1)).toBe(state)
    expect(foldProgress(state, { type: 'unknown', name: 'x' }, 1)).toBe(state)
    expect(
      foldProgress(state, { type: 'executing', promptId: P, node: null, displayNode: null }, 1),
    ).toBe(state)
  })
})
