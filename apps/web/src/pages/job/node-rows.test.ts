import type { SnapshotView } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { toCountLine, toNodeRows } from './node-rows.ts'

const NAMES = [
  { id: '4', title: 'Load', class: 'CheckpointLoaderSimple' },
  { id: '3', title: 'Sampler', class: 'KSampler' },
  { id: '9', title: 'SaveImage', class: 'SaveImage' },
]

function toSnapshot(patch: Partial<SnapshotView>): SnapshotView {
  return { ...newSnapshot(), outputs: [], ...patch }
}

function statesOf(patch: Partial<SnapshotView>): string[] {
  return toNodeRows(NAMES, toSnapshot(patch)).map(({ state }) => state)
}

describe('the nodes of a job', () => {
  it('wait until something is said of them', () => {
    expect(statesOf({ status: 'running', nodes: { '4': 'cached', '3': 'running' } })).toEqual([
      'cached',
      'running',
      'waiting',
    ])
  })

  it('wait, too, whose names every object has', () => {
    const names = ['__proto__', 'constructor'].map((id) => ({ id, title: id, class: 'A' }))
    const rows = toNodeRows(names, toSnapshot({ status: 'running', nodes: {} }))
    expect(rows.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  })

  it('were not needed when the job succeeded without them', () => {
    expect(statesOf({ status: 'succeeded', nodes: { '4': 'done', '3': 'done' } })).toEqual([
      'done',
      'done',
      'unneeded',
    ])
  })

  it('are skipped when the host left them out, and that is not the same as not needed', () => {
    const nodes = { '4': 'done', '3': 'skipped' } as const
    expect(statesOf({ status: 'running', nodes })).toEqual(['done', 'skipped', 'waiting'])
    const rows = toNodeRows(NAMES, toSnapshot({ status: 'succeeded', nodes }))
    expect(rows.map(({ state }) => state)).toEqual(['done', 'skipped', 'unneeded'])
    expect(toCountLine(rows)).toBe('1 of 1 done, 1 skipped')
  })

  it('are blocked when they waited for one that failed, and do not count', () => {
    const nodes = { '4': 'failed', '3': 'blocked', '9': 'done' } as const
    const rows = toNodeRows(NAMES, toSnapshot({ status: 'succeeded', nodes }))
    expect(rows.map(({ state }) => state)).toEqual(['failed', 'blocked', 'done'])
    expect(toCountLine(rows)).toBe('1 of 2 done, 1 blocked')
  })

  it('have not finished when the job ended first', () => {
    expect(statesOf({ status: 'canceled', nodes: { '4': 'done' } })).toEqual([
      'done',
      'unfinished',
      'unfinished',
    ])
  })

  it('have a bar of their own while they count', () => {
    const node = { id: '3', class: 'KSampler', title: null, value: 5, max: 20 }
    const progress = {
      value: 0.4,
      nodes_done: 1,
      nodes_total: 3,
      current_node: '3',
      current_node_class: 'KSampler',
      step: 5,
      steps: 20,
      message: null,
      kind: 'node' as const,
      node,
      eta_ms: null,
    }
    const rows = toNodeRows(
      NAMES,
      toSnapshot({ status: 'running', nodes: { '3': 'running' }, progress }),
    )
    expect(rows.map(({ part }) => part)).toEqual([null, { value: 5, max: 20 }, null])
  })

  it('say why they failed', () => {
    const error = { code: 'node_execution_error' as const, message: 'no memory', node_id: '3' }
    const rows = toNodeRows(
      NAMES,
      toSnapshot({ status: 'failed', nodes: { '3': 'failed' }, error }),
    )
    expect(rows.map(({ message }) => message)).toEqual([null, 'no memory', null])
  })

  it('are counted without those that were not needed', () => {
    const rows = toNodeRows(
      NAMES,
      toSnapshot({ status: 'succeeded', nodes: { '4': 'cached', '3': 'done' } }),
    )
    expect(toCountLine(rows)).toBe('1 of 1 done, 1 cached')
  })
})
