import { describe, expect, it } from 'vitest'
import type { HostMessage } from '../protocol/host-message.ts'
import { attribute, startAttribution } from './attribute.ts'

const OURS = 'ours'
const preview: HostMessage = {
  type: 'preview',
  promptId: null,
  nodeId: null,
  displayNodeId: null,
  contentType: 'image/jpeg',
  data: new Uint8Array(),
}
const text = (nodeId: string): HostMessage => ({ type: 'text', nodeId, text: 'hello' })
const hint = (node: string): HostMessage => ({
  type: 'executing',
  promptId: null,
  node,
  displayNode: node,
})
const start: HostMessage = { type: 'execution_start', promptId: OURS }
const end: HostMessage = { type: 'executing', promptId: OURS, node: null, displayNode: null }

/** Which of the messages are taken for ours, one after the other. */
function taken(messages: HostMessage[], foundRunning = false): boolean[] {
  let state = { ...startAttribution(OURS, ['1', '2', '5:3']), foundRunning }
  return messages.map((message) => {
    const result = attribute(state, message)
    state = { ...state, ...result.state }
    return result.ours
  })
}

it('takes previews without ids only between the start and the end it heard', () => {
  expect(taken([preview, start, preview, end, preview])).toEqual([false, true, true, true, false])
})

it('does not take previews without ids because the queue says that we run', () => {
  expect(taken([preview], true)).toEqual([false])
})

it('takes the reconnect hint only while our prompt runs and for a node of our workflow', () => {
  expect(taken([hint('1')])).toEqual([false])
  expect(taken([hint('1'), preview, hint('9')], true)).toEqual([true, true, false])
})

it('takes text of our own nodes, those of a subgraph and those made while running', () => {
  const texts = [text('1'), text('5:3'), text('2.0.0.1'), text('9'), text('9.0.1')]
  const dotted = attribute(
    { ...startAttribution(OURS, ['2.0']), foundRunning: true },
    text('2.0.0.0.1'),
  )
  expect(dotted.ours).toBe(true)
  expect(taken(texts, true)).toEqual([true, true, true, false, false])
  expect(taken(texts)).toEqual([false, false, false, false, false])
})

it('takes ticks that name no prompt, as the oldest hosts send them, while we run', () => {
  const tick: HostMessage = { type: 'progress', promptId: null, node: null, value: 1, max: 2 }
  const legacy: HostMessage = { type: 'execution_progress', promptId: null, value: 1, max: 2 }
  expect(taken([tick, legacy])).toEqual([false, false])
  expect(taken([start, tick, legacy])).toEqual([true, true, true])
})

it('takes nothing that names another prompt, and no broadcast', () => {
  const others: HostMessage[] = [
    { type: 'status', queueRemaining: 1, sid: null },
    { type: 'feature_flags', flags: {} },
    { type: 'unknown', name: 'crystools.monitor' },
    { type: 'progress', promptId: 'theirs', node: '1', value: 1, max: 2 },
    { type: 'progress_state', promptId: 'theirs', nodes: [] },
    { type: 'execution_interrupted', promptId: 'theirs', nodeId: '1' },
    { ...preview, promptId: 'theirs' },
  ]
  expect(taken([start, ...others])).toEqual([true, ...others.map(() => false)])
})

describe('the node that a message of ours is shown as', () => {
  const shown = (message: HostMessage) =>
    attribute(startAttribution(OURS, ['1', '2', '5:3']), message).message
  const state = (nodeId: string, displayNodeId: string) => ({
    nodeId,
    displayNodeId,
    parentNodeId: null,
    realNodeId: nodeId,
    value: 1,
    max: 1,
    state: 'finished' as const,
    activity: null,
  })

  it.each([
    ['its own, though the host names one of another graph', '5:3', '007', '5:3'],
    ['its own, though the host names another of ours', '5:3', '1', '5:3'],
    ['the one that made it', '2.0.0.1', '2', '2'],
    ['the one that made it, though the host names one of another graph', '2.0.0.1', '007', '2'],
  ])('is %s', (...[, node, display, expected]) => {
    expect(shown({ type: 'executing', promptId: OURS, node, displayNode: display })).toMatchObject({
      node,
      displayNode: expected,
    })
    expect(
      shown({ type: 'executed', promptId: OURS, node, displayNode: display, output: {} }),
    ).toMatchObject({ node, displayNode: expected })
    expect(
      shown({ ...preview, promptId: OURS, nodeId: node, displayNodeId: display }),
    ).toMatchObject({ nodeId: node, displayNodeId: expected })
    expect(
      shown({ type: 'progress_state', promptId: OURS, nodes: [state(node, display)] }),
    ).toMatchObject({ nodes: [{ nodeId: node, displayNodeId: expected }] })
  })

  it('is none when the message names only nodes of another graph', () => {
    expect(
      shown({ ...preview, promptId: OURS, nodeId: '007', displayNodeId: '007' }),
    ).toMatchObject({ displayNodeId: null })
    expect(
      shown({ type: 'executed', promptId: OURS, node: '007', displayNode: '007', output: {} }),
    ).toMatchObject({ displayNode: null })
    expect(shown(end)).toEqual(end)
  })

  it('is the maker of what blocked', () => {
    const blocked = (nodeId: string): HostMessage => ({
      type: 'execution_error',
      promptId: OURS,
      blocked: true,
      failure: { nodeId, nodeType: null, exceptionType: '', message: '', traceback: [] },
    })
    expect(shown(blocked('2.0.0.1'))).toMatchObject({ failure: { nodeId: '2' } })
    expect(shown(blocked('007'))).toMatchObject({ failure: { nodeId: null } })
  })
})
