import { describe, expect, it } from 'vitest'
import type { HostMessage } from '../protocol/host-message.ts'
import {
  cached,
  executing,
  legacy,
  P,
  foldMessages,
  start,
  states,
  tick,
} from '../testing/host-messages.ts'
import { completeNodeStates, nodeStatesOf } from './node-states.ts'

const success: HostMessage = { type: 'execution_success', promptId: P }
const executed = (node: string): HostMessage => ({
  type: 'executed',
  promptId: P,
  node,
  displayNode: node,
  output: {},
})
const after = (...messages: HostMessage[]) => nodeStatesOf(foldMessages(messages))

/** The same moments as each dialect tells them: the loader is cached, the sampler at 5 of 20, then saving. */
const DIALECTS: [string, HostMessage[], HostMessage[]][] = [
  [
    '`progress`',
    [executing('6'), executing('3'), tick('3', 5, 20)],
    [tick('3', 20, 20), executing('9')],
  ],
  [
    '`progress_state`',
    [states(['6', 'finished', 1, 1], ['3', 'running', 5, 20])],
    [states(['6', 'finished', 1, 1], ['3', 'finished', 20, 20], ['9', 'running', 0, 1])],
  ],
  [
    'the legacy `execution_progress`',
    [executing('6'), executing('3'), legacy(5, 20)],
    [legacy(20, 20), executing('9')],
  ],
]

describe.each(DIALECTS)('the states of nodes, told by %s', (_name, sampling, saving) => {
  const begun = [start, cached('4')]

  it('are nothing before anything is said, then what is cached', () => {
    expect(after()).toEqual({})
    expect(after(start)).toEqual({})
    expect(after(...begun)).toEqual({ '4': 'cached' })
  })

  it('have one that runs, the ones before it done, and do not name those that wait', () => {
    expect(after(...begun, ...sampling)).toEqual({ '3': 'running', '4': 'cached', '6': 'done' })
    expect(after(...begun, ...sampling, ...saving)).toEqual({
      '3': 'done',
      '4': 'cached',
      '6': 'done',
      '9': 'running',
    })
  })

  it('are all over when the prompt has succeeded, whatever was missed', () => {
    const over = { '3': 'done', '4': 'cached', '6': 'done', '9': 'done' }
    expect(after(...begun, ...sampling, ...saving, success)).toEqual(over)
    expect(after(...begun, ...sampling, success)).toEqual(over)
    expect(completeNodeStates(foldMessages([...begun, ...sampling]))).toEqual(over)
  })
})

describe('the states of nodes', () => {
  it('leave out what nothing needs, at the end as well', () => {
    expect(completeNodeStates(foldMessages([]))).not.toHaveProperty('99')
  })

  it('have a node that runs although it was listed as cached', () => {
    expect(after(start, cached('4', '6'), executing('6'))).toEqual({
      '4': 'cached',
      '6': 'running',
    })
    expect(after(start, cached('4', '6'), states(['6', 'running', 0, 1]))).toEqual({
      '4': 'cached',
      '6': 'running',
    })
  })

  it('keep a cached output that is announced as finished among the cached', () => {
    expect(after(start, cached('4', '9'), states(['9', 'finished', 1, 1]))).toEqual({
      '4': 'cached',
      '9': 'cached',
    })
  })

  it('have a node done once its output is announced', () => {
    expect(after(start, executing('9'), executed('9'))).toEqual({ '9': 'done' })
  })

  it('have a maker run until it is over itself, however many nodes its expansion has finished', () => {
    const made = states(['3', 'running', 0, 1], ['3.0.0.1', 'finished', 1, 1])
    expect(after(start, made)).toEqual({ '3': 'running' })
    expect(after(start, made, states(['3', 'finished', 1, 1]))).toEqual({ '3': 'done' })
  })

  it('have two that run side by side', () => {
    expect(after(start, states(['4', 'running', 1, 4], ['6', 'running', 1, 2]))).toEqual({
      '4': 'running',
      '6': 'running',
    })
  })
})
