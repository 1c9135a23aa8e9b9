import { describe, expect, it } from 'vitest'
import { submitRequestSchema } from './api/requests.ts'
import { jobEventSchema } from './events.ts'
import { memberOf } from './graph-shape.ts'
import { nodeStatesSchema } from './node-state.ts'
import { reduceJob } from './reduce-job.ts'
import { snapshotSchema } from './snapshot.ts'

const NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toString']

/** As it comes off a wire: in a literal, `__proto__` would be no member. */
function named<V>(value: V): Record<string, V> {
  return JSON.parse(JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, value]))))
}

const base = {
  jobId: 'j',
  seq: 0,
  stamp: 'a',
  status: 'running',
  phase: 'executing',
  attempt: 1,
  hostId: 'h',
  progress: null,
  outputs: [],
  error: null,
  warnings: [],
  times: { queue: null, prepare: null, execute: null, collect: null },
  priority: 0,
  limits: { startBy: null, timeoutMs: null, nodeRetries: 0 },
  deadLetter: false,
  replayOf: null,
  replayedBy: null,
  createdAt: 1,
  startedAt: 1,
  completedAt: null,
  expiresAt: 9,
}

describe('names that objects have by themselves', () => {
  it('are names of nodes like any other, from the wire through the reducer and back', () => {
    const stored = snapshotSchema.parse({ ...base, nodes: named('running'), metadata: named('x') })
    expect(Object.entries(stored.nodes)).toEqual(NAMES.map((name) => [name, 'running']))
    expect(Object.entries(stored.metadata ?? {})).toEqual(NAMES.map((name) => [name, 'x']))
    const envelope = { jobId: 'j', ts: 2, seq: 1, stamp: 'b', follows: 'a' }
    const progress = {
      value: 0.5,
      nodes_done: 1,
      nodes_total: 4,
      current_node: '__proto__',
      current_node_class: null,
      step: null,
      steps: null,
      message: null,
      kind: 'node',
      node: null,
      eta_ms: null,
    }
    const moved = jobEventSchema.parse({
      ...envelope,
      type: 'progress',
      progress,
      nodes: named('done'),
    })
    const later = reduceJob({ ...stored, nodes: {} }, moved)
    expect(Object.entries(later.nodes)).toEqual(NAMES.map((name) => [name, 'done']))
    const end = jobEventSchema.parse({
      ...envelope,
      seq: 2,
      type: 'status',
      status: 'failed',
      phase: null,
      error: {
        code: 'node_execution_error',
        message: 'no',
        node_id: '__proto__',
        details: named(1),
      },
    })
    const over = snapshotSchema.parse(JSON.parse(JSON.stringify(reduceJob(later, end))))
    expect(memberOf(over.nodes, '__proto__')).toBe('failed')
    expect(Object.keys(over.error?.details ?? {})).toEqual(NAMES)
  })

  it('may be sent as names of metadata', () => {
    const { metadata } = submitRequestSchema.parse({ workflow: {}, metadata: named('x') })
    expect(Object.keys(metadata ?? {})).toEqual(NAMES)
  })

  it('are nobody’s when nobody wrote them', () => {
    const nodes = nodeStatesSchema.parse({ 1: 'done' })
    expect(NAMES.map((name) => memberOf(nodes, name))).toEqual(NAMES.map(() => undefined))
  })
})

it('takes nothing but objects of states for the states of nodes', () => {
  for (const wrong of [null, [], 'x', { 1: 'gone' }, { 1: null }]) {
    expect(nodeStatesSchema.safeParse(wrong).success).toBe(false)
  }
})
