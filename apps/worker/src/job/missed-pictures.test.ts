import { startProgress } from '@safelight/comfyui'
import type { Output } from '@safelight/shared'
import { expect, it } from 'vitest'
import { findMissed } from './missed-pictures.ts'

const workflow = (class_type: string) => ({
  '1': { class_type: 'EmptyImage', inputs: {} },
  '2': { class_type, inputs: { images: ['1', 0] } },
})
const output = (node_id: string): Output => ({
  id: node_id,
  node_id,
  name: 'a.png',
  type: 'image',
  content_type: 'image/png',
  size_bytes: 1,
  hash: 'blake3:x',
  expires_at: 1,
})
const missed = (
  className: string,
  { came = 0, max = null, more = 0 }: { came?: number; max?: number | null; more?: number } = {},
) => {
  const graph = workflow(className)
  return findMissed({
    workflow: graph,
    tracker: startProgress({ workflow: graph, outputNodes: ['2'] }, 0),
    outputs: Array.from({ length: came }, () => output('2')),
    maxOf: () => max,
    more,
  })
}

it('misses pictures of a node that sends at least one, or as many as its bar counts', () => {
  const gone = { action: 'give_up', cause: 'picture_missed', error: { node_id: '2' } }
  expect(missed('SaveImageWebsocket')).toMatchObject(gone)
  expect(missed('SaveImageWebsocket', { came: 1 })).toBeNull()
  expect(missed('SaveImageWebsocket', { came: 1, max: 2 })).toMatchObject(gone)
  expect(missed('SaveImageWebsocket', { came: 1, max: 2, more: 1 })).toBeNull()
  // a bar of another kind
  expect(missed('SwarmSaveImageWS', { came: 1, max: 12_345 })).toBeNull()
})

it('misses nothing of a node that is not known to send any', () => {
  expect(missed('SendSomethingWebsocket')).toBeNull()
  expect(missed('SaveImage')).toBeNull()
})
