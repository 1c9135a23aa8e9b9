import { describe, expect, it } from 'vitest'
import { loadTrace, traceNames } from '@safelight/traces'
import { decodeBinary, decodeText } from './decode.ts'
import { parseLenientJson } from './json.ts'

function frame(type: number, word: number, payload: Uint8Array | string): Uint8Array {
  const body = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  const bytes = new Uint8Array(8 + body.byteLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type)
  view.setUint32(4, word)
  bytes.set(body, 8)
  return bytes
}

describe('decode', () => {
  it.each(traceNames())('knows every frame of %s', (name) => {
    const received = loadTrace(name).lines.filter((line) => line.ch === 'ws')
    const messages = received.flatMap((line) => {
      if (line.ev === 'text') return [decodeText(line.text ?? '')]
      if (line.ev === 'binary') return [decodeBinary(Buffer.from(line.base64 ?? '', 'base64'))]
      return []
    })
    expect(messages.filter((message) => message.type === 'unknown')).toEqual([])
  })

  it('reads states and results of nodes whose names every object has', () => {
    const state = '{"value": 1, "max": 2, "state": "running"}'
    const states = decodeText(
      `{"type": "progress_state", "data": {"prompt_id": "p", "nodes": {"__proto__": ${state}, "constructor": ${state}}}}`,
    )
    expect(states.type === 'progress_state' && states.nodes.map(({ nodeId }) => nodeId)).toEqual([
      '__proto__',
      'constructor',
    ])
    const executed = decodeText(
      '{"type": "executed", "data": {"prompt_id": "p", "node": "1", "output": {"__proto__": [1]}}}',
    )
    expect(executed.type === 'executed' && Object.keys(executed.output ?? {})).toEqual([
      '__proto__',
    ])
  })

  it.each([
    ['status', { status: 3 }],
    ['status', { status: { exec_info: { queue_remaining: 'many' } } }],
    ['execution_start', {}],
    ['execution_cached', { prompt_id: 'p', nodes: [null] }],
    ['executing', { prompt_id: 'p', node: ['1'] }],
    ['progress', { prompt_id: 'p', node: '1', value: '1', max: 2 }],
    ['progress', { prompt_id: 'p', node: '1', value: 1 }],
    ['progress_state', { prompt_id: 'p', nodes: { 1: { value: 1, max: 2, node_id: null } } }],
    ['progress_state', { prompt_id: 'p', nodes: [] }],
    ['executed', { prompt_id: 'p', node: '1', output: [] }],
    ['execution_interrupted', { prompt_id: 'p', node_id: true }],
  ])('knows no %s of another shape: %j', (type, data) => {
    const name = `${type} of another shape`
    expect(decodeText(JSON.stringify({ type, data }))).toEqual({ type: 'unknown', name })
  })

  it('reads NaN and Infinity as nothing, and leaves them alone inside strings', () => {
    expect(
      parseLenientJson('{"a": NaN, "b": [Infinity, -Infinity], "c": "NaN, \\"Infinity\\""}'),
    ).toEqual({
      a: null,
      b: [null, null],
      c: 'NaN, "Infinity"',
    })
    expect(
      decodeText('{"type":"progress","data":{"value":NaN,"max":4,"node":"1","prompt_id":"p"}}'),
    ).toEqual({
      type: 'progress',
      promptId: 'p',
      node: '1',
      value: 0,
      max: 4,
    })
  })

  it.each([
    ['', 'not a message'],
    ['{"type":', 'not a message'],
    ['[1,2]', 'not a message'],
    ['{"type":"crystools.monitor","data":{}}', 'crystools.monitor'],
    ['{"type":"execution_start","data":null}', 'execution_start of another shape'],
    ['{"type":"progress","data":{"value":"many"}}', 'progress of another shape'],
  ])('calls %j unknown instead of throwing', (text, name) => {
    expect(decodeText(text)).toEqual({ type: 'unknown', name })
  })

  it('reads the legacy dialect with and without a prompt id', () => {
    expect(
      decodeText('{"type":"execution_progress","data":{"value":3,"max":20,"prompt_id":"p"}}'),
    ).toEqual({
      type: 'execution_progress',
      promptId: 'p',
      value: 3,
      max: 20,
    })
    expect(decodeText('{"type":"execution_progress","data":{"value":3,"max":20}}')).toMatchObject({
      promptId: null,
    })
  })

  it('tells a blocked branch from a failed run', () => {
    const error = (kind: string) =>
      decodeText(
        JSON.stringify({
          type: 'execution_error',
          data: { prompt_id: 'p', node_id: 2, exception_type: kind },
        }),
      )
    expect(error('ExecutionBlocked')).toMatchObject({
      type: 'execution_error',
      blocked: true,
      failure: { nodeId: '2' },
    })
    expect(error('ValueError')).toMatchObject({ type: 'execution_error', blocked: false })
  })

  it('reads previews of both kinds, and text', () => {
    const image = new Uint8Array([255, 216, 1, 2])
    expect(decodeBinary(frame(1, 2, image))).toMatchObject({
      type: 'preview',
      promptId: null,
      contentType: 'image/png',
      data: image,
    })
    const metadata = JSON.stringify({
      prompt_id: 'p',
      node_id: '3.0.1',
      display_node_id: '3',
      image_type: 'image/jpeg',
    })
    const both = Buffer.concat([Buffer.from(metadata), image])
    expect(decodeBinary(frame(4, metadata.length, both))).toMatchObject({
      type: 'preview',
      promptId: 'p',
      nodeId: '3.0.1',
      displayNodeId: '3',
      contentType: 'image/jpeg',
      data: image,
    })
    expect(decodeBinary(frame(3, 2, '17héllo'))).toEqual({
      type: 'text',
      nodeId: '17',
      text: 'héllo',
    })
  })

  it.each([
    ['an empty frame', new Uint8Array(0), 'binary too short'],
    ['a type nobody knows', frame(9, 0, ''), 'binary 9'],
    ['a length that runs past the end', frame(3, 4_000_000_000, 'x'), 'binary 3'],
    ['metadata that is not JSON', frame(4, 3, '{{{'), 'binary 4'],
  ])('calls %s unknown', (_what, bytes, name) => {
    expect(decodeBinary(bytes)).toEqual({ type: 'unknown', name })
  })
})

describe('messages into which another client had its own keys merged', () => {
  // a server merges the submitter's `workflow_metadata` flat into `data`; its own fields win
  const foreign = { workflow_id: 'w', nodeId: 7, nested: { type: 'executing' }, display: null }
  const node = { node_id: '3', state: 'running', value: 0, max: 1, seconds: { total: 2 } }
  const messages: [string, Record<string, unknown>][] = [
    ['execution_start', {}],
    ['execution_cached', { nodes: ['1'] }],
    ['executing', { node: '3', display_node: '3' }],
    ['progress', { node: '3', value: 1, max: 2 }],
    ['progress_state', { nodes: { '3': node } }],
    ['executed', { node: '3', display_node: '3', output: { images: [] } }],
    ['execution_success', {}],
    ['execution_node_error', { node_id: '3' }],
    ['execution_error', { node_id: '3' }],
    ['execution_interrupted', { node_id: '3' }],
  ]

  it.each(messages)('are what they are without: %s', (type, data) => {
    const decode = (more: object) =>
      decodeText(JSON.stringify({ type, data: { ...more, prompt_id: 'p', ...data }, more: 1 }))
    expect(decode(foreign)).toEqual(decode({}))
    expect(decode(foreign).type).toBe(type)
  })

  it('are nothing to us where we do not know them', () => {
    for (const type of ['assets.seed.paused', 'logs', 'execution_summary']) {
      expect(decodeText(JSON.stringify({ type, data: { reason: 'x' } }))).toEqual({
        type: 'unknown',
        name: type,
      })
    }
  })
})
