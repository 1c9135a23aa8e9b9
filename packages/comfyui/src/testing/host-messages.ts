/** Host messages for tests, and a small workflow for them to be about. */
import type { Workflow } from '@safelight/shared'
import { foldProgress, startProgress } from '../progress/tracker.ts'
import type { TrackerState } from '../progress/types.ts'
import type { HostMessage, ProgressStateNode } from '../protocol/host-message.ts'

export const SAMPLER_WORKFLOW: Workflow = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['4', 1] } },
  '3': {
    class_type: 'KSampler',
    inputs: { model: ['4', 0], positive: ['6', 0], steps: 20 },
    _meta: { title: 'Sampler' },
  },
  '9': { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
  // nothing needs it, so it never runs
  '99': { class_type: 'EmptyImage', inputs: {} },
}
export const P = 'p'
export const executing = (node: string): HostMessage => ({
  type: 'executing',
  promptId: P,
  node,
  displayNode: node,
})
export const tick = (node: string | null, value: number, max: number): HostMessage => ({
  type: 'progress',
  promptId: P,
  node,
  value,
  max,
})
export const legacy = (value: number, max: number): HostMessage => ({
  type: 'execution_progress',
  promptId: P,
  value,
  max,
})
export const start: HostMessage = { type: 'execution_start', promptId: P }
export const cached = (...nodes: string[]): HostMessage => ({
  type: 'execution_cached',
  promptId: P,
  nodes,
})
export function states(
  ...nodes: [string, ProgressStateNode['state'], number, number][]
): HostMessage {
  return {
    type: 'progress_state',
    promptId: P,
    nodes: nodes.map(([nodeId, state, value, max]) => ({
      nodeId,
      displayNodeId: nodeId,
      parentNodeId: null,
      realNodeId: nodeId,
      state,
      value,
      max,
      activity: null,
    })),
  }
}

export function foldMessages(messages: HostMessage[], workflow = SAMPLER_WORKFLOW): TrackerState {
  return messages.reduce(
    (state, message, index) => foldProgress(state, message, index * 100),
    startProgress({ workflow }, 0),
  )
}
