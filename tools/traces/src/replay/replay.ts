/** A trace → the job events that Safelight would publish of it, and how each prompt ended. */
import { blankEvidence, collectEvidence } from './evidence.ts'
import { toFrames } from './frames.ts'
import { type ReplayEvent, replayPrompt } from './replay-prompt.ts'
import type { Trace } from '../trace-format.ts'

export interface Replay {
  events: ReplayEvent[]
  /** Type on the wire → how often it came and was not understood. */
  unknown: Map<string, number>
}

/** Prompts come one after the other, in order of submission; nothing is coalesced, so every tick shows. */
export function replayTrace(trace: Trace): Replay {
  const frames = toFrames(trace.lines)
  const evidence = collectEvidence(trace.lines)
  const unknown = new Map<string, number>()
  for (const { promptId, message } of frames) {
    if (message.type === 'unknown') unknown.set(message.name, (unknown.get(message.name) ?? 0) + 1)
    if (promptId !== null && !evidence.has(promptId))
      evidence.set(promptId, blankEvidence(promptId))
  }
  const events = [...evidence.values()].flatMap((prompt) =>
    replayPrompt(
      prompt,
      frames.filter((frame) => frame.promptId === prompt.promptId),
    ),
  )
  return { events, unknown }
}
