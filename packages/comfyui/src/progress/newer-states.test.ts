import { describe, expect, it } from 'vitest'
import { decodeText } from '../protocol/decode.ts'
import { noteMovement } from '../session/movement.ts'
import { foldMessages, P, SAMPLER_WORKFLOW, start } from '../testing/host-messages.ts'
import { nodeStatesOf } from './node-states.ts'
import { completeProgress } from './tracker.ts'

const node = (id: string, state: string, extra: Record<string, unknown> = {}) => ({
  [id]: { node_id: id, display_node_id: id, state, value: 0, max: 1, ...extra },
})
const progressState = (...nodes: Record<string, unknown>[]) =>
  decodeText(
    JSON.stringify({
      type: 'progress_state',
      // keys of another client's `workflow_metadata` are merged into every message
      data: { prompt_id: P, nodes: Object.assign({}, ...nodes), workflow_id: 'w', state: 7 },
    }),
  )

describe('a node that loads its model', () => {
  const running = progressState(node('3', 'running'))
  const loading = progressState(node('3', 'running', { activity: 'loading' }))

  it('says so, and moves no percent', () => {
    const before = foldMessages([start, running])
    const after = foldMessages([start, running, loading])
    expect(after.progress).toMatchObject({
      message: 'Sampler, loading model',
      node: { id: '3', detail: 'loading model' },
      value: before.progress.value,
      step: before.progress.step,
    })
    const ticking = foldMessages([
      start,
      loading,
      progressState(node('3', 'running', { value: 1, max: 20 })),
    ])
    expect(ticking.progress.message).toBe('Sampler 1/20')
  })

  it('is a sign of life, once', () => {
    const begun = noteMovement(new Map(), running)
    const moved = noteMovement(begun ?? new Map(), loading)
    expect(moved).not.toBeNull()
    expect(noteMovement(moved ?? new Map(), loading)).toBeNull()
  })

  it.each([
    ['a word', 'warming up'],
    ['a number', 7],
    ['an object', { a: 1 }],
    ['a long text', 'x'.repeat(5_000)],
  ])('may do what nobody knows: %s', (_, activity) => {
    const { progress } = foldMessages([start, progressState(node('3', 'running', { activity }))])
    expect(progress).toMatchObject({ message: 'Sampler', current_node: '3' })
    expect(progress.node).not.toHaveProperty('detail')
  })
})

describe('a node that failed while the rest goes on', () => {
  const workflow = {
    ...SAMPLER_WORKFLOW,
    '10': { class_type: 'SaveImage', inputs: { images: ['4', 0] } },
  }
  const raised = decodeText(
    JSON.stringify({
      type: 'execution_node_error',
      data: { prompt_id: P, node_id: '3', node_type: 'KSampler', exception_message: 'no\n' },
    }),
  )
  const failed = progressState(node('3', 'error'), node('9', 'blocked'))

  it('is failed, and what needs it is blocked: neither runs nor is done', () => {
    const state = foldMessages(
      [start, progressState(node('3', 'running')), raised, failed],
      workflow,
    )
    expect(nodeStatesOf(state)).toEqual({ '3': 'failed', '9': 'blocked' })
    const over = foldMessages(
      [
        start,
        progressState(node('3', 'running')),
        failed,
        { type: 'execution_success', promptId: P },
      ],
      workflow,
    )
    expect(nodeStatesOf(over)).toEqual({
      '3': 'failed',
      '9': 'blocked',
      '4': 'done',
      '6': 'done',
      '10': 'done',
    })
    // without the blocked one four count, and three of them ran
    expect(over.progress).toMatchObject({ nodes_done: 3, nodes_total: 4, current_node: '3' })
    expect(completeProgress(over)).toMatchObject({ nodes_done: 3, nodes_total: 4, value: 1 })
  })

  it('is told of by a message that is decoded', () => {
    expect(raised).toMatchObject({
      type: 'execution_node_error',
      failure: { nodeId: '3', nodeType: 'KSampler', message: 'no' },
    })
  })
})
