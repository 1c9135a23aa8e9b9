import { expect, it } from 'vitest'
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
