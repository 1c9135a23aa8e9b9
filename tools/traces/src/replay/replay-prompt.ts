/** One prompt of a trace, from its submission to its end, as the job events a watcher would get. */
import { completeProgress, type FileItem, foldProgress, startProgress } from '@safelight/comfyui'
import type { JobError, Progress, Warning } from '@safelight/shared'
import type { PromptEvidence } from './evidence.ts'
import type { Frame } from './frames.ts'
import { type End, judgePrompt } from './judge-prompt.ts'

/** `t` is the trace's own time in ms. Outputs are named as the host names them: a trace stores nothing. */
export type ReplayEvent =
  | {
      promptId: string
      type: 'status'
      t: number
      status: string
      phase: string | null
      error?: JobError
      warnings?: Warning[]
    }
  | { promptId: string; type: 'progress'; t: number; progress: Progress }
  | { promptId: string; type: 'output'; t: number; output: FileItem }
  | ({ promptId: string; type: 'end' } & End)

/** @param frames those of this prompt, in order */
export function replayPrompt(prompt: PromptEvidence, frames: Frame[]): ReplayEvent[] {
  const { promptId } = prompt
  const startT = Math.min(prompt.submittedAt ?? Infinity, frames[0]?.t ?? Infinity)
  const events: ReplayEvent[] = []
  const move = (t: number, phase: string) =>
    events.push({ promptId, type: 'status', t, status: 'running', phase })
  const publish = (t: number, progress: Progress) =>
    events.push({ promptId, type: 'progress', t, progress })

  let tracker = startProgress(prompt, startT)
  move(startT, 'submitted')
  publish(startT, tracker.progress)
  for (const { t, message } of frames) {
    if (message.type === 'execution_start') move(t, 'executing')
    const next = foldProgress(tracker, message, t)
    // how long it should take yet is no part of what a recording proves
    if (!same({ ...next.progress, eta_ms: tracker.progress.eta_ms }, tracker.progress))
      publish(t, next.progress)
    tracker = next
  }

  const end = judgePrompt(prompt, frames)
  const endT = frames.at(-1)?.t ?? startT
  if (end.outputs.length > 0) move(endT, 'collecting')
  for (const output of end.outputs) events.push({ promptId, type: 'output', t: endT, output })
  if (end.outcome === 'succeeded') publish(endT, completeProgress(tracker))
  const { outcome: status, error } = end
  // a lost prompt is not the end of its job: another attempt would follow
  if (status !== 'lost') {
    const warnings = toWarnings(prompt, frames)
    events.push({
      promptId,
      type: 'status',
      t: endT,
      status,
      phase: null,
      ...(error && { error }),
      ...(warnings.length > 0 && { warnings }),
    })
  }
  events.push({ promptId, type: 'end', ...end })
  return events
}

/** What went wrong without ending the prompt: outputs the host dropped, branches a node blocked. */
function toWarnings(prompt: PromptEvidence, frames: Frame[]): Warning[] {
  const dropped = prompt.dropped.map(
    ({ nodeId, message }): Warning => ({ code: 'output_dropped', message, node_id: nodeId }),
  )
  const blocked = frames.flatMap(({ message }): Warning[] =>
    message.type === 'execution_error' && message.blocked
      ? [
          {
            code: 'execution_blocked',
            message: message.failure.message,
            node_id: message.failure.nodeId,
          },
        ]
      : [],
  )
  return [...dropped, ...blocked]
}

function same(a: Progress, b: Progress): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
