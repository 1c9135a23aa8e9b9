import { describe, expect, it } from 'vitest'
import { isUnexplained } from './failure.ts'
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
    expect(judgeHistory('p', entry([]))?.outcome).toBe('succeeded')
  })

  it.each([null, {}, { status_str: null, messages: [['execution_start', {}]] }])(
    'takes what an old host made, which does not say how it ended, for a success, and nothing at all for no answer: %o',
    (status) => {
      const outputs = { 9: { images: [{ filename: 'a.png', type: 'output' }] } }
      expect(judgeHistory('p', { outputs, status })?.outcome).toBe('succeeded')
      expect(judgeHistory('p', { outputs: {}, status })).toBeNull()
    },
  )

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

  it('names outputs of a loop by the node of its body, once per iteration', () => {
    const node = { class_type: 'PreviewImage', inputs: {} }
    const file = (n: number) => ({ filename: `${n}.png`, subfolder: '', type: 'temp' })
    const shown = { display_node: '5', parent_node: 'loop', real_node_id: 'loop' }
    const judged = judgeHistory('p', {
      ...entry([['execution_success', {}]], 'success', {
        'loop.0.0.1_5': { images: [file(1)] },
        'loop.0.1.1_5': { images: [file(2)] },
        // what came from the cache may be shown as a node that another graph had under an id of ours
        '12.0.0.1': { images: [file(3)] },
      }),
      prompt: [1, 'p', { loop: node, '5': node, '12': node }, {}, ['5']],
      meta: { 'loop.0.0.1_5': shown, 'loop.0.1.1_5': shown, '12.0.0.1': shown },
    })
    expect(judged?.outputs).toEqual([
      { node_id: '5', ...file(1) },
      { node_id: '5', ...file(2) },
      { node_id: '12', ...file(3) },
    ])
  })

  it('names the node of the graph that failed, whatever it made and ran as', () => {
    const graph = { '2': { class_type: 'Wrapper', inputs: {} } }
    const failed = (node_id: string) =>
      judgeHistory('p', {
        ...entry([['execution_error', { ...error, node_id }]], 'error'),
        prompt: [1, 'p', graph, {}, ['2']],
      })?.failure?.nodeId
    expect(failed('2.0.0.1')).toBe('2')
    expect(failed('2')).toBe('2')
    expect(failed('007')).toBe('007')
  })

  it('reads what newer hosts add: keys, nodes with keys of their own, files that say more of themselves', () => {
    const file = { filename: 'a.glb', subfolder: 's', type: 'output' }
    const extra = { id: 'asset-1', preview_id: 'asset-2', metadata: { kind: 'model', width: 3 } }
    const judged = judgeHistory('p', {
      ...entry([['execution_success', { workflow_id: 'w', prompt_id: 'p' }]], 'success', {
        // a 3D node that names its model twice: as it always did, and as a file
        '9': { result: ['a.glb', null], '3d': [{ ...file, ...extra }], models: [file] },
      }),
      prompt: [
        1,
        'p',
        { '9': { class_type: 'Save3D', inputs: {}, _loop_body: ['1'], _loop_end: '2' } },
        { client_id: 'c', workflow_metadata: { a: 1 } },
        ['9'],
        'a sixth',
      ],
      workflow_metadata: {},
    })
    expect(judged).toMatchObject({ outcome: 'succeeded', clientId: 'c', partial: null })
    expect(judged?.outputs).toEqual([{ node_id: '9', ...file }])
  })

  it('finds every file in what custom nodes return, and nothing in the rest', () => {
    const file = (filename: string, subfolder = '') => ({ filename, subfolder, type: 'output' })
    const judged = judgeHistory('p', {
      prompt: [0, 'p', {}, {}, ['1']],
      status: null,
      meta: {},
      outputs: {
        '1': { images: null },
        '2': null,
        '3': { images: [null, file('ok_00001_.png')] },
        '4': { images: 'not-a-list' },
        '5': { result: ['models\\mesh_00001_.glb', null, null] },
        '6': { result: ['3d/mesh_00002_.glb', { position: { x: 0 } }, ''] },
        '7': { three_model: [file('m_00001_.glb')] },
        '8': { '3d': [file('m_00002_.glb', '3d')] },
        '10': { gifs: [{ ...file('ad.mp4'), workflow: 'ad.png', fullpath: 'C:\\out\\ad.mp4' }] },
        '13': { images: [{ source: 'websocket', 'content-type': 'image/png', type: 'output' }] },
      },
    })
    expect(judged?.texts).toEqual([])
    expect(
      judged?.outputs.map(({ node_id, subfolder, filename, guessed = false }) =>
        [node_id, subfolder, filename, guessed].join(' '),
      ),
    ).toEqual([
      '3  ok_00001_.png false',
      '5 models mesh_00001_.glb true',
      '6 3d mesh_00002_.glb true',
      '7  m_00001_.glb false',
      '8 3d m_00002_.glb false',
      '10  ad.mp4 false',
    ])
  })

  it('says what a host had from before', () => {
    const file = { filename: 'a.png', subfolder: '', type: 'output' }
    const judged = judgeHistory('p', {
      prompt: [0, 'p', { '1': {}, '2': {} }, {}, ['1', '2']],
      status: {
        messages: [
          ['execution_cached', { nodes: ['1'] }],
          ['execution_success', {}],
        ],
      },
      outputs: { '1': { images: [file], text: ['old'] }, '2': { images: [file] } },
    })
    expect(judged?.outputs.map(({ reused = false }) => reused)).toEqual([true, false])
    expect(judged?.texts).toMatchObject([{ text: 'old', reused: true }])
  })

  it('says of an error that nobody explained that nobody did', () => {
    const failure = judgeHistory('p', { status: { status_str: 'error', messages: [] } })?.failure
    expect(failure && isUnexplained(failure)).toBe(true)
    const named = judgeHistory('p', entry([['execution_error', error]]))?.failure
    expect(named && isUnexplained(named)).toBe(false)
  })

  it('carries our mark and the outputs that ran', () => {
    expect(judgeHistory('p', entry([]))).toMatchObject({ clientId: 'c', outputNodes: ['9'] })
  })

  it('is null for what is no entry', () => {
    expect(judgeHistory('p', 'nope')).toBeNull()
  })
})
