/** How a prompt of a trace ended. History decides; where the trace does not hold it, the last terminal message does. */
import { collectMade, type FileItem, shownNode, toJobError } from '@safelight/comfyui'
import type { JobError } from '@safelight/shared'
import type { PromptEvidence } from './evidence.ts'
import type { Frame } from './frames.ts'

export interface End {
  /** `lost`: the trace ends, and nothing in it says how the prompt did. */
  outcome: 'succeeded' | 'failed' | 'canceled' | 'lost'
  outputs: FileItem[]
  error?: JobError
}

export function judgePrompt(prompt: PromptEvidence, frames: Frame[]): End {
  const lastMessage = judgeFrames(prompt, frames)
  const verdict = prompt.history ?? lastMessage
  if (verdict) {
    const failure = verdict.outcome === 'failed' ? (verdict.failure ?? lastMessage?.failure) : null
    const { outcome, outputs } = verdict
    return { outcome, outputs, ...(failure ? { error: toJobError(failure) } : {}) }
  }
  const started = frames.find(({ message }) => message.type === 'execution_start')?.t ?? Infinity
  // deleting a prompt that runs already does nothing
  const removed = prompt.removedAt !== null && prompt.removedAt <= started
  return { outcome: removed ? 'canceled' : 'lost', outputs: [] }
}

function judgeFrames({ workflow }: PromptEvidence, frames: Frame[]): PromptEvidence['history'] {
  const ids = new Set(Object.keys(workflow))
  const outputs = frames.flatMap(({ message }) => {
    if (message.type !== 'executed') return []
    const { node, displayNode: display, output } = message
    const nodeId = shownNode({ node, display }, ids) ?? node
    return collectMade({ nodeId, runtimeId: node, output, reused: false }).files
  })
  for (const { message } of frames.toReversed()) {
    if (message.type === 'execution_success')
      return { outcome: 'succeeded', failure: null, outputs }
    if (message.type === 'execution_interrupted')
      return { outcome: 'canceled', failure: null, outputs }
    if (message.type === 'execution_error' && !message.blocked) {
      return { outcome: 'failed', failure: message.failure, outputs }
    }
  }
  return null
}
