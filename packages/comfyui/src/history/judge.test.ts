import { describe, expect, it } from 'vitest'
import { judgeHistory } from './judge.ts'

const entry = (messages: [string, unknown][], status = 'success', outputs: unknown = {}) => ({
  prompt: [1, 'p', {}, { client_id: 'c' }, ['9']],
  outputs,
  status: { status_str: status, completed: true, messages },
  meta: {
    '2.0.0.2': { node_id: '2.0.0.2', display_node: '2', parent_node: '2', real_node_id: '2.0.0.2' },
  },
})
const error = {
  prompt_id: 'p',
  node_id: '5',
  node_type: 'Raise',
  exception_type: 'ValueError',
  exception_message: 'no\n',
  traceback: ['a', 'b'],
}

describe('judgeHistory', () => {
  it('believes the messages, not status_str', () => {
    const judged = judgeHistory(
      'p',
      entry(
        [
          ['execution_start', {}],
          ['execution_error', error],
        ],
        'success',
      ),
    )
    expect(judged).toMatchObject({
      outcome: 'failed',
      failure: {
        nodeId: '5',
        nodeType: 'Raise',
        exceptionType: 'ValueError',
        message: 'no',
        traceback: ['a', 'b'],
      },
    })
  })

  it('tells an interrupt from an error, which share a status_str', () => {
    expect(judgeHistory('p', entry([['execution_interrupted', {}]], 'error'))?.outcome).toBe(
      'canceled',
    )
    expect(judgeHistory('p', entry([['execution_success', {}]]))?.outcome).toBe('succeeded')
  })

  it('asks status_str only when no message tells', () => {
    expect(judgeHistory('p', entry([], 'error'))?.outcome).toBe('failed')
    expect(judgeHistory('p', { outputs: {}, status: null })?.outcome).toBe('succeeded')
  })

  it('finds files under any key and shows expanded nodes as the node the user knows', () => {
    const file = { filename: 'a.png', subfolder: 'x', type: 'output' }
    const judged = judgeHistory(
      'p',
      entry([['execution_success', {}]], 'success', {
        '9': { images: [file, file], animated: [false], text: ['hello'], odd: 7, nan: null },
        '2.0.0.2': {
          gifs: [
            { ...file, filename: 'b.mp4', fullpath: '/secret/b.mp4', format: 'video/h264-mp4' },
          ],
        },
        '3': null,
        '4': { single: { filename: 'c.glb', type: 'temp' } },
      }),
    )
    // JSON objects list integer keys first
    expect(judged?.outputs).toEqual([
      { node_id: '4', filename: 'c.glb', subfolder: '', type: 'temp' },
      { node_id: '9', ...file },
      { node_id: '2', ...file, filename: 'b.mp4' },
    ])
  })

  it('names outputs by the nodes of the graph that ran, not of the one that they were made for', () => {
    const file = { filename: 'a.png', subfolder: '', type: 'temp' }
    const node = { class_type: 'PreviewImage', inputs: {} }
    const judged = judgeHistory('p', {
      ...entry([['execution_success', {}]], 'success', {
        '12': { images: [file] },
        '40:38': { images: [file] },
        '2.0.0.1': { images: [file] },
      }),
      prompt: [1, 'p', { '12': node, '40:38': node, '2': node }, {}, ['12', '40:38']],
      meta: {
        '12': { node_id: '007', display_node: '007' },
        '40:38': { node_id: '12', display_node: '12' },
        '2.0.0.1': { node_id: '007.0.0.1', display_node: '007' },
      },
    })
    expect(judged?.outputs.map(({ node_id }) => node_id)).toEqual(['12', '40:38', '2'])
  })

  it('carries our mark and the outputs that ran', () => {
    expect(judgeHistory('p', entry([]))).toMatchObject({ clientId: 'c', outputNodes: ['9'] })
  })

  it('is null for what is no entry', () => {
    expect(judgeHistory('p', 'nope')).toBeNull()
  })
})
