/** One `runPrompt` under observation, with durations short enough for a test. */
import { randomUUID } from 'node:crypto'
import type { Workflow } from '@safelight/shared'
import { createHostClient } from '../client/create-host-client.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import { runPrompt } from '../session/run-prompt.ts'
import type { SessionTimings } from '../session/timings.ts'
import { DEFAULT_TIMINGS } from '../session/timings.ts'
import type { PromptEnd, PromptOptions, PromptUpdate } from '../session/types.ts'

export const SLOW_WORKFLOW: Workflow = {
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 0 } },
  '2': { class_type: 'Slow', inputs: { image: ['1', 0] } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'a' } },
}

export const QUICK: SessionTimings = {
  ...DEFAULT_TIMINGS,
  pollMs: 30,
  beatMs: 120,
  quickPollsMs: [5, 10],
  socketGraceMs: 150,
  stallMs: 60_000,
  firstLookMs: 300,
  confirmMs: 40,
  settleMs: 200,
  trailMs: 200,
  unreachableMs: 400,
  deafMs: 80,
  interruptEveryMs: 40,
  stopMs: 5000,
  socket: {
    ...DEFAULT_TIMINGS.socket,
    handshakeMs: 500,
    reconnectMinMs: 20,
    reconnectMaxMs: 60,
    closeMs: 100,
  },
}

export interface PromptSession {
  promptId: string
  updates: PromptUpdate[]
  end: Promise<PromptEnd>
  /** Types of the messages passed on so far. */
  messageTypes(): HostMessage['type'][]
  has(type: PromptUpdate['type']): boolean
  /** What it emitted of its socket, in order. */
  deafness(): boolean[]
  abort(reason: string): void
}

export function startSession(baseUrl: string, options: Partial<PromptOptions> = {}): PromptSession {
  const updates: PromptUpdate[] = []
  const controller = new AbortController()
  const promptId = options.promptId ?? randomUUID()
  const end = runPrompt({
    client: createHostClient(baseUrl, { timeoutMs: 1000 }),
    workflow: SLOW_WORKFLOW,
    promptId,
    signal: controller.signal,
    onUpdate: (update) => updates.push(update),
    ...options,
    timings: { ...QUICK, ...options.timings },
  })
  // a test looks at the end when it is ready to; until then a rejection has not been missed
  end.catch(() => {})
  return {
    promptId,
    updates,
    end,
    messageTypes: () =>
      updates.flatMap((update) => (update.type === 'message' ? [update.message.type] : [])),
    has: (type) => updates.some((update) => update.type === type),
    deafness: () => updates.flatMap((update) => (update.type === 'deaf' ? [update.deaf] : [])),
    abort: (reason) => controller.abort(reason),
  }
}
