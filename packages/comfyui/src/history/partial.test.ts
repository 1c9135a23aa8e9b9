/** Where history tells of nodes that failed while the rest went on: the proposals put it in several places. */
import { describe, expect, it } from 'vitest'
import { judgeHistory } from './judge.ts'

const error = {
  prompt_id: 'p',
  node_id: '5',
  node_type: 'Raise',
  exception_type: 'ValueError',
  exception_message: 'no\n',
  traceback: [],
}

describe('a success that is not whole', () => {
  const graph = Object.fromEntries(
    ['3', '9', '10'].map((id) => [id, { class_type: 'A', inputs: {} }]),
  )
  const summary = {
    completion_status: 'partial_success',
    failed_node_ids: ['3'],
    blocked_node_ids: ['9.0.0.1'],
  }
  const node = { ...error, node_id: '3.0.0.1' }
  const judged = (messages: [string, unknown][], status: object = {}) => {
    return judgeHistory('p', {
      prompt: [1, 'p', graph, {}, ['9', '10']],
      outputs: {},
      status: { status_str: 'success', completed: true, messages, ...status },
    })
  }

  it.each([
    [
      'its last message',
      judged([
        ['execution_node_error', node],
        ['execution_success', summary],
      ]),
    ],
    [
      'its last message, in other words',
      judged([
        ['execution_node_error', node],
        [
          'execution_success',
          { completion_status: 'partial_success', failed_nodes: ['3'], blocked_nodes: ['9'] },
        ],
      ]),
    ],
    [
      'a part of its status',
      judged(
        [
          ['execution_node_error', node],
          ['execution_success', {}],
        ],
        {
          execution_summary: summary,
        },
      ),
    ],
    [
      'its status',
      judged(
        [
          ['execution_node_error', node],
          ['execution_success', {}],
        ],
        summary,
      ),
    ],
  ])('is read from %s', (_, entryOf) => {
    expect(entryOf).toMatchObject({
      outcome: 'succeeded',
      failure: null,
      partial: { failures: [{ nodeId: '3', message: 'no' }], blocked: ['9'] },
    })
    expect(entryOf?.partial?.failures).toHaveLength(1)
  })

  it('is known by its failed node alone, or by the summary alone', () => {
    expect(
      judged([
        ['execution_node_error', node],
        ['execution_success', {}],
      ])?.partial,
    ).toMatchObject({ failures: [{ nodeId: '3' }], blocked: [] })
    expect(judged([['execution_success', summary]])?.partial).toMatchObject({
      failures: [{ nodeId: '3', exceptionType: '' }],
      blocked: ['9'],
    })
  })

  it('is a failure when the last word is an error', () => {
    expect(
      judged([
        ['execution_node_error', node],
        ['execution_error', error],
      ]),
    ).toMatchObject({
      outcome: 'failed',
      partial: null,
    })
  })
})
