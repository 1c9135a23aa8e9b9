/** What a session may observe, by name, and what it makes of a few in a row: for tables of tests. */
import type { HistoryEntry } from '../client/types.ts'
import { HostError } from '../errors.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import { observePrompt } from '../session/observe-prompt.ts'
import type { Observed, PromptObservation, PromptState } from '../session/prompt-state.ts'
import { startPromptState } from '../session/prompt-state.ts'
import { DEFAULT_TIMINGS, type SessionTimings } from '../session/timings.ts'

const TIMINGS: SessionTimings = {
  ...DEFAULT_TIMINGS,
  pollMs: 100,
  beatMs: 300,
  quickPollsMs: [5, 10],
  stallMs: 1_000,
  confirmMs: 60,
  settleMs: 1_000,
  trailMs: 200,
  retryMinMs: 10,
  retryMaxMs: 35,
  failingPollMaxMs: 500,
  unreachableMs: 2_000,
  deafMs: 400,
  interruptEveryMs: 50,
  stopMs: 300,
  socket: { ...DEFAULT_TIMINGS.socket, missedPings: 2, reconnectMinMs: 20, reconnectMaxMs: 60 },
}
export const PROMPT_ID = 'prompt'
const ended = (outcome: HistoryEntry['outcome']) => {
  const entry = {
    promptId: PROMPT_ID,
    clientId: PROMPT_ID,
    outcome,
    outputs: [],
    texts: [],
    outputNodes: [],
    failure: null,
    partial: null,
  }
  return { type: 'looked', sighting: { at: 'ended', entry } } as const satisfies PromptObservation
}
export const BAD_ANSWER = new HostError('bad_answer', 'no JSON')
const tick = (value: number): HostMessage => ({
  type: 'progress',
  promptId: PROMPT_ID,
  node: '1',
  value,
  max: 9,
})
const ours = (message: HostMessage) => ({ type: 'message', message, ours: true }) as const

export const OBSERVATIONS = {
  search: { type: 'search', forMs: 100 },
  submitted: { type: 'submitted', promptId: PROMPT_ID },
  adopted: { type: 'submitted', promptId: PROMPT_ID, adopted: true },
  due: { type: 'due', canceled: false, withdrawn: false },
  canceled: { type: 'due', canceled: true, withdrawn: false },
  withdrawn: { type: 'due', canceled: false, withdrawn: true },
  pending: { type: 'looked', sighting: { at: 'pending', ahead: 2 } },
  next: { type: 'looked', sighting: { at: 'pending', ahead: 0 } },
  running: { type: 'looked', sighting: { at: 'running' } },
  absent: { type: 'looked', sighting: { at: 'absent' } },
  unreadable: { type: 'looked', sighting: { at: 'unreadable' } },
  ended: ended('succeeded'),
  interrupted: ended('canceled'),
  unanswered: { type: 'unanswered', error: new HostError('timeout', 'too late') },
  badAnswer: { type: 'unanswered', error: BAD_ANSWER },
  others: { type: 'message', message: { type: 'unknown', name: 'x' }, ours: false },
  hint: ours({ type: 'executing', promptId: null, node: '1', displayNode: '1' }),
  tick: ours(tick(1)),
  tock: ours(tick(2)),
  made: ours({
    type: 'executed',
    promptId: PROMPT_ID,
    node: '9',
    displayNode: '9',
    output: { images: [{ filename: 'a.png', subfolder: '', type: 'output' }] },
  }),
  // of a node that is not in the workflow: no part of what the job makes
  madeByAnother: ours({
    type: 'executed',
    promptId: PROMPT_ID,
    node: 'ghost',
    displayNode: null,
    output: { images: [{ filename: 'b.png', subfolder: '', type: 'output' }] },
  }),
  began: ours({ type: 'execution_start', promptId: PROMPT_ID }),
  raised: ours({
    type: 'execution_error',
    promptId: PROMPT_ID,
    blocked: false,
    failure: {
      nodeId: '9',
      nodeType: 'A',
      exceptionType: 'ValueError',
      message: 'no',
      traceback: [],
    },
  }),
  announced: ours({ type: 'execution_success', promptId: PROMPT_ID }),
  over: ours({ type: 'executing', promptId: PROMPT_ID, node: null, displayNode: null }),
  opened: { type: 'opened' },
  closed: { type: 'closed', wasOpen: true },
  refused: { type: 'closed', wasOpen: false },
  alive: { type: 'alive' },
  pingDue: { type: 'pingDue' },
} as const satisfies Record<string, PromptObservation>
export type ObservationName = keyof typeof OBSERVATIONS
/** What was observed, and how many ms after the one before; 0 unless a number comes first. */
export function after(...steps: (ObservationName | number)[]): Observed & { atMs: number } {
  return afterFrom(startPromptState(PROMPT_ID, TIMINGS, 0), ...steps)
}

/** The same of a session that hears its prompt out. */
export function afterHearing(...steps: (ObservationName | number)[]) {
  const state = startPromptState(PROMPT_ID, TIMINGS, 0)
  return afterFrom({ ...state, trail: { ...state.trail, wanted: true } }, ...steps)
}

function afterFrom(
  state: PromptState,
  ...steps: (ObservationName | number)[]
): Observed & { atMs: number } {
  let observed: Observed = { state, decision: { action: 'none' } }
  let atMs = 0
  for (const step of steps) {
    if (typeof step === 'number') atMs += step
    else observed = observePrompt(observed.state, OBSERVATIONS[step], atMs)
  }
  return { ...observed, atMs }
}
export const decide = (...steps: (ObservationName | number)[]) => after(...steps).decision

export const wait = (ms: number) => ({ action: 'wait', ms, jitter: false, reopen: false })
export const backOff = (ms: number) => ({ action: 'wait', ms, jitter: true, reopen: false })
