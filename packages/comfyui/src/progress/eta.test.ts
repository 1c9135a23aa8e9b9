import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executing, SAMPLER_WORKFLOW, start, states, tick } from '../testing/host-messages.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import { measureNodes, toCostRecords } from './costs.ts'
import { type CostSample, learnCosts } from './learned-costs.ts'
import { foldBeginning, foldProgress, foldTime, startProgress } from './tracker.ts'
import type { TrackerState } from './types.ts'

const MODEL = 'a.safetensors'
const STEPS = 20

interface Times {
  load: number
  encode: number
  /** Before the first step. */
  lead: number
  step: number
  save: number
}
const USUAL: Times = { load: 3_000, encode: 100, lead: 500, step: 200, save: 150 }
const totalOf = ({ load, encode, lead, step, save }: Times) =>
  load + encode + lead + STEPS * step + save

type Sent = readonly [atMs: number, message: HostMessage]

function play({ load, encode, lead, step, save }: Times): Sent[] {
  const sampling = load + encode
  const stepAt = (n: number) => sampling + lead + n * step
  const sent: Sent[] = [
    [0, start],
    [0, executing('4')],
    [load, executing('6')],
  ]
  sent.push([sampling, executing('3')])
  for (let n = 1; n <= STEPS; n += 1) sent.push([stepAt(n), tick('3', n, STEPS)])
  sent.push([stepAt(STEPS), executing('9')])
  sent.push([stepAt(STEPS) + save, { type: 'execution_success', promptId: 'p' }])
  return sent
}

function begin(
  learned = learnCosts(new Map()),
  inPlace: readonly string[] | null = [],
): TrackerState {
  const state = startProgress({ workflow: SAMPLER_WORKFLOW, learned, hostId: 'gpu-1' }, 0)
  return foldBeginning(state, inPlace, 0)
}

const run = (state: TrackerState, sent: readonly Sent[]) =>
  sent.reduce((folded, [atMs, message]) => foldProgress(folded, message, atMs), state)

/** What is known after so many runs that took as long as this. */
function learn(runs: number, times = USUAL) {
  const kept = new Map<string, CostSample[]>()
  for (let n = 0; n < runs; n += 1) {
    const measured = measureNodes(run(begin(), play(times)))
    for (const { name, ...sample } of toCostRecords(measured, 'gpu-1'))
      kept.set(name, [...(kept.get(name) ?? []), sample])
  }
  return learnCosts(kept)
}

describe('what an execution shows', () => {
  it('is its steps, and apart from them what came before, with the model in place or not', () => {
    const of = (inPlace: string[] | null) =>
      measureNodes(run(begin(undefined, inPlace), play(USUAL))).map(({ quantity, work, ms }) => [
        work.class,
        quantity,
        Math.round(ms),
      ])
    const all = (quantity: string) => [
      ['CheckpointLoaderSimple', quantity, 3_000],
      ['CLIPTextEncode', quantity, 100],
      ['KSampler', 'step', 200],
      ['KSampler', quantity, 500],
      ['SaveImage', quantity, 150],
    ]
    expect(of([])).toEqual(all('cold'))
    expect(of([MODEL])).toEqual(all('warm'))
    expect(of(null)).toEqual([['KSampler', 'step', 200]])
  })

  it('is nothing of nodes that failed, were cached, or count anew', () => {
    const sent: HostMessage[] = [
      { type: 'execution_cached', promptId: 'p', nodes: ['4', '6'] },
      states(['3', 'running', 1, 4]),
      states(['3', 'running', 4, 4]),
      states(['3', 'running', 1, 4]),
      states(['3', 'finished', 4, 4], ['9', 'running', 0, 1]),
      states(['9', 'error', 0, 1]),
      { type: 'execution_success', promptId: 'p' },
    ]
    const over = sent.reduce(
      (state, message, at) => foldProgress(state, message, at * 100),
      begin(),
    )
    expect(measureNodes(over)).toEqual([])
  })
})

describe('the rest of a prompt', () => {
  const at = (state: TrackerState, sent: readonly Sent[], ms: number) =>
    run(
      state,
      sent.filter(([atMs]) => atMs <= ms),
    ).progress

  it('is known from its first moment on, when it ran before', () => {
    const eta = at(begin(learn(3)), play(USUAL), 0).eta_ms ?? 0
    expect(eta).toBeGreaterThan(totalOf(USUAL) * 0.95)
    expect(eta).toBeLessThan(totalOf(USUAL) * 1.05)
  })

  it('is shorter when the model is in place', () => {
    const learned = learn(3)
    const warm = learn(3, { ...USUAL, load: 5, lead: 50 })
    expect(
      learned.estimate('cold', { class: 'KSampler', model: MODEL, megapixels: null })?.ms,
    ).toBeCloseTo(500)
    expect(at(begin(warm, []), play(USUAL), 0).eta_ms).toBeLessThan(totalOf(USUAL) - 2_500)
  })

  it('is nothing rather than wrong, while nothing is known', () => {
    const state = begin()
    for (const ms of [0, 1_000, 2_999, 3_500]) expect(at(state, play(USUAL), ms).eta_ms).toBeNull()
    const sampling = 3_600 + 4 * USUAL.step
    const left = totalOf(USUAL) - sampling
    const eta = at(state, play(USUAL), sampling).eta_ms ?? 0
    expect(Math.abs(eta - left) / left).toBeLessThan(0.2)
  })

  it('never jumps: what it says of the whole moves by a third from one message to the next at most, also of a host that is twice as slow as it was', () => {
    const times = fc.record({
      load: fc.integer({ min: 2_000, max: 5_000 }),
      encode: fc.integer({ min: 50, max: 200 }),
      lead: fc.integer({ min: 300, max: 800 }),
      step: fc.integer({ min: 100, max: 400 }),
      save: fc.integer({ min: 50, max: 300 }),
    })
    const learned = learn(5)
    fc.assert(
      fc.property(times, (real) => {
        const wholes: number[] = []
        const [begun, ...sent] = play(real)
        let state = run(begin(learned), begun ? [begun] : [])
        // which results its host has is still to come
        expect(state.progress.eta_ms).toBeNull()
        for (const [atMs, message] of sent) {
          state = foldProgress(state, message, atMs)
          wholes.push(atMs + (state.progress.eta_ms ?? Number.NaN))
        }
        const jumps = wholes.slice(1).map((whole, at) => whole / (wholes[at] ?? Number.NaN))
        expect(Math.max(...jumps)).toBeLessThan(1.34)
        expect(Math.min(...jumps)).toBeGreaterThan(1 / 1.34)
        expect(state.progress.eta_ms).toBe(0)
      }),
    )
  })

  it('is what its steps say, soon after they have begun, however long they took before', () => {
    const real = { ...USUAL, step: 800 }
    const eighth = 3_600 + 8 * real.step
    const left = totalOf(real) - eighth
    const eta = at(begin(learn(5)), play(real), eighth).eta_ms ?? 0
    expect(Math.abs(eta - left) / left).toBeLessThan(0.25)
  })

  it('is no number of steps without an end', () => {
    const endless = { '1': { class_type: 'KSampler', inputs: { steps: 1e300 } } }
    const state = startProgress({ workflow: endless, outputNodes: ['1'], learned: learn(3) }, 0)
    const eta = run(state, [
      [0, start],
      [0, executing('1')],
    ]).progress.eta_ms
    expect(eta === null || Number.isSafeInteger(eta)).toBe(true)
  })
})

describe('a node that says nothing', () => {
  it('creeps by the time it took before, and never to its end', () => {
    const loading = run(begin(learn(3)), play(USUAL).slice(0, 2))
    const share = USUAL.load / totalOf(USUAL)
    const valueAt = (ms: number) => foldTime(loading, ms).progress.value
    expect(valueAt(1_500)).toBeCloseTo(share / 2, 1)
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(60_000), (one, other) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)]
        expect(valueAt(early)).toBeLessThanOrEqual(valueAt(late))
        expect(valueAt(late)).toBeLessThan(share)
      }),
    )
    expect(foldTime(loading, 60_000).progress).toMatchObject({ nodes_done: 0, current_node: '4' })
  })

  it('stands still when it never ran', () => {
    const loading = run(begin(), play(USUAL).slice(0, 2))
    expect(foldTime(loading, 5_000).progress.value).toBe(loading.progress.value)
  })
})
