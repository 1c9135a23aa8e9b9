/** A trace → the job events that Safelight would publish of it, and how each prompt ended. */
import type { JobError, Progress, Warning } from '@safelight/shared'
import type { FileItem } from '../client/types.ts'
import { toJobError } from '../failure/to-job-error.ts'
import { collectFiles } from '../history/outputs.ts'
import { completeProgress, foldProgress, startProgress } from '../progress/tracker.ts'
import type { TrackerState } from '../progress/types.ts'
import { blankEvidence, collectEvidence, type PromptEvidence } from './evidence.ts'
import { type Frame, toFrames } from './frames.ts'
import type { Trace } from './trace-format.ts'

export type ReplayEvent =
  | {
      promptId: string
      type: 'status'
      t: number
      status: string
      phase: string | null
      warnings?: Warning[]
    }
  | { promptId: string; type: 'progress'; t: number; progress: Progress }
  | { promptId: string; type: 'output'; t: number; output: FileItem }
  | { promptId: string; type: 'end'; outcome: Outcome; outputs: FileItem[]; error?: JobError }
type Outcome = 'succeeded' | 'failed' | 'canceled' | 'lost'

export interface Replay {
  events: ReplayEvent[]
  /** Type on the wire → how often it came and was not understood. */
  unknown: Map<string, number>
}

/** Prompts come one after the other, in order of submission; nothing is coalesced, so every tick shows. */
export function replayTrace(trace: Trace): Replay {
  const frames = toFrames(trace.lines)
  const evidence = collectEvidence(trace.lines)
  for (const { promptId } of frames) {
    if (promptId !== null && !evidence.has(promptId))
      evidence.set(promptId, blankEvidence(promptId))
  }
  const unknown = new Map<string, number>()
  for (const { message } of frames) {
    if (message.type === 'unknown') unknown.set(message.name, (unknown.get(message.name) ?? 0) + 1)
  }
  const endT = trace.lines.at(-1)?.t ?? 0
  const events = [...evidence.values()].flatMap((prompt) =>
    replayPrompt(
      prompt,
      frames.filter((frame) => frame.promptId === prompt.promptId),
      endT,
    ),
  )
  return { events, unknown }
}

function replayPrompt(prompt: PromptEvidence, frames: Frame[], endT: number): ReplayEvent[] {
  const { promptId } = prompt
  const startT = Math.min(prompt.submittedAt ?? Infinity, frames[0]?.t ?? endT)
  const events: ReplayEvent[] = []
  const publish = (t: number, progress: Progress) =>
    events.push({ promptId, type: 'progress', t, progress })
  let tracker: TrackerState = startProgress(
    { workflow: prompt.workflow, outputNodes: prompt.outputNodes },
    startT,
  )
  events.push({
    promptId,
    type: 'status',
    t: startT,
    status: 'running',
    phase: 'submitted',
    ...droppedWarnings(prompt),
  })
  publish(startT, tracker.progress)
  for (const { t, message } of frames) {
    if (message.type === 'execution_start') {
      events.push({ promptId, type: 'status', t, status: 'running', phase: 'executing' })
    }
    const next = foldProgress(tracker, message, t)
    if (!same(next.progress, tracker.progress)) publish(t, next.progress)
    tracker = next
  }
  const end = toEnd(prompt, frames)
  const t = Math.max(frames.at(-1)?.t ?? startT, startT)
  for (const output of end.outputs) events.push({ promptId, type: 'output', t, output })
  if (end.outcome === 'succeeded') publish(t, completeProgress(tracker))
  // a lost prompt is not the end of its job: another attempt would follow
  if (end.outcome !== 'lost')
    events.push({ promptId, type: 'status', t, status: end.outcome, phase: null })
  events.push({ promptId, type: 'end', ...end })
  return events
}

type End = Omit<ReplayEvent & { type: 'end' }, 'promptId' | 'type'>

/** History decides; where the trace does not hold it, the last terminal message does. */
function toEnd(prompt: PromptEvidence, frames: Frame[]): End {
  const heard = judgeFrames(frames)
  const verdict = prompt.history ?? heard
  if (verdict) {
    const failure = verdict.failure ?? heard?.failure
    return {
      outcome: verdict.outcome,
      outputs: verdict.outputs,
      ...(verdict.outcome === 'failed' && failure ? { error: toJobError(failure) } : {}),
    }
  }
  // deleting a prompt that runs already does nothing
  const started = frames.find((frame) => frame.message.type === 'execution_start')?.t ?? Infinity
  const removed = prompt.removedAt !== null && prompt.removedAt <= started
  return { outcome: removed ? 'canceled' : 'lost', outputs: [] }
}

function judgeFrames(frames: Frame[]): PromptEvidence['history'] {
  const outputs = frames.flatMap(({ message }) =>
    message.type === 'executed'
      ? collectFiles(message.displayNode ?? message.node, message.output)
      : [],
  )
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

function droppedWarnings(prompt: PromptEvidence): { warnings?: Warning[] } {
  if (prompt.dropped.length === 0) return {}
  const warnings = prompt.dropped.map(({ nodeId, message }) => ({
    code: 'output_dropped' as const,
    message,
    node_id: nodeId,
  }))
  return { warnings }
}

function same(a: Progress, b: Progress): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
