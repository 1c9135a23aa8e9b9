import {
  foldProgress,
  type HostMessage,
  startProgress,
  type TrackerState,
} from '@safelight/comfyui'
import type { Progress } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { txt2img } from '../testing/graphs.ts'
import { haveNodesMoved, isNews } from './progress-news.ts'

const promptId = 'p'
const begin = () => startProgress({ workflow: txt2img() }, 0)

/** A tick of the sampler as hosts tell it: twice. */
const tick = (value: number): HostMessage[] => [
  {
    type: 'progress_state',
    promptId,
    nodes: [
      {
        nodeId: '3',
        displayNodeId: '3',
        parentNodeId: null,
        realNodeId: '3',
        state: 'running',
        value,
        max: 20,
        activity: null,
      },
    ],
  },
  { type: 'progress', promptId, node: '3', value, max: 20 },
]

const at = (over: Partial<Progress>): Progress => ({ ...begin().progress, value: 0.5, ...over })
const told = (over: Partial<Progress> = {}) => ({ progress: at(over), atMs: 1_000 })

describe('news', () => {
  it('is each tick, and not that it is said again', () => {
    let state = begin()
    let known = { progress: state.progress, atMs: 0 }
    const news: (number | null)[] = []
    for (let step = 1; step <= 20; step += 1) {
      for (const [part, message] of tick(step).entries()) {
        const nowMs = step * 130 + part
        state = foldProgress(state, message, nowMs)
        if (!isNews(state.progress, known, nowMs)) continue
        known = { progress: state.progress, atMs: nowMs }
        news.push(state.progress.step)
      }
    }
    expect(news).toEqual(Array.from({ length: 20 }, (_, step) => step + 1))
  })

  it.each<Partial<Progress>>([
    { value: 0.51 },
    { nodes_done: 1 },
    { nodes_total: 99 },
    { current_node: '8' },
    { step: 3 },
    { steps: 30 },
    { message: 'KSampler 3/20' },
    { kind: 'aggregate' },
    { eta_ms: 5_000 },
    { node: { id: '3', class: 'KSampler', title: null, value: 3, max: 20 } },
  ])('is whatever a watcher sees: %j', (over) => {
    expect(isNews(at(over), told(), 1_000)).toBe(true)
    expect(isNews(at({}), told(over), 1_000)).toBe(true)
    expect(isNews(at(over), told(over), 1_000)).toBe(false)
  })

  it('is what a node does besides', () => {
    const node = { id: '3', class: 'KSampler', title: null, value: 0, max: 1 }
    const loading = { ...node, detail: 'loading model' }
    expect(isNews(at({ node: loading }), told({ node }), 1_000)).toBe(true)
  })

  it('is an estimate that has moved against the one that is counted down, by a second and a tenth', () => {
    const moved = (etaMs: number, sinceMs = 0) =>
      isNews(at({ eta_ms: etaMs }), told({ eta_ms: 5_000 }), 1_000 + sinceMs)
    expect([4_100, 5_000, 5_900].map((etaMs) => moved(etaMs))).toEqual([false, false, false])
    expect([3_900, 6_100].map((etaMs) => moved(etaMs))).toEqual([true, true])
    // counted down by two seconds
    expect([2_500, 3_500].map((etaMs) => moved(etaMs, 2_000))).toEqual([false, false])
    expect(moved(5_000, 2_000)).toBe(true)
    // of a long one a second is nothing
    expect(isNews(at({ eta_ms: 65_000 }), told({ eta_ms: 60_000 }), 1_000)).toBe(false)
    expect(isNews(at({ eta_ms: 70_000 }), told({ eta_ms: 60_000 }), 1_000)).toBe(true)
  })
})

describe('the states of nodes', () => {
  const after = (state: TrackerState, ...messages: HostMessage[]) =>
    messages.reduce((next, message) => foldProgress(next, message, 1), state)

  it('have moved when one is another than before, also one that counts for nothing', () => {
    const sampling = after(begin(), ...tick(1))
    expect(haveNodesMoved(begin(), sampling)).toBe(true)
    expect(haveNodesMoved(sampling, after(sampling, ...tick(2)))).toBe(false)
    const cached = after(sampling, { type: 'execution_cached', promptId, nodes: ['4'] })
    expect(haveNodesMoved(sampling, cached)).toBe(true)
  })
})
