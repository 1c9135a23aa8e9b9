/** What a message of the host changes. Pure. */
import type { HostMessage } from '../protocol/host-message.ts'
import { isEnd } from './attribute.ts'
import { noteMovement } from './movement.ts'
import { withSocket } from './observe-socket.ts'
import { withPace } from './pace.ts'
import type { Observed, PromptDecision, PromptState } from './prompt-state.ts'
import { hear } from './settle.ts'
import { tellTrail } from './trail.ts'

const NONE: PromptDecision = { action: 'none' }
const HURRY: PromptDecision = { action: 'hurry' }

export function foldMessage(
  before: PromptState,
  { message, ours }: { message: HostMessage; ours: boolean },
  atMs: number,
): Observed {
  const first = !before.received
  const state = toListening(before)
  if (!ours) return first ? hurry(state) : nothing(state)

  const { timings, silence } = state
  const lastMessages = noteMovement(state.lastMessages, message)
  const movement = lastMessages ? { lastMessages, movedAt: atMs } : null
  const moved = { ...state, failures: 0, answeredAt: atMs, ...movement }
  // without a prompt it is what every socket gets that opens while ours runs
  if (message.type === 'executing' && message.promptId === null) {
    const hinted = { ...moved, silence: { ...silence, hinted: true } }
    return first ? hurry(hinted) : nothing(hinted)
  }
  const delivered: PromptState = {
    ...moved,
    silence: { ...silence, hinted: true, patienceMs: timings.deafMs, silentSockets: 0 },
    deaf: false,
    ran: true,
    pace: { ...state.pace, heardAt: atMs },
    heard: hear(state.heard, message),
    trail: tellTrail(state.trail, { isLast: isEnd(message), atMs }),
  }
  if (!isEnd(message)) return first ? hurry(delivered) : nothing(delivered)
  const ending = { ...delivered, quickPollsMs: timings.quickPollsMs }
  // this one follows history
  if (message.type === 'executing') return hurry(ending)
  return { state: withPace(ending, { announcedAt: atMs }), decision: HURRY }
}

/** Anything that comes shows that the host knows the socket. Mostly that is known: a message should cost little. */
function toListening(state: PromptState): PromptState {
  const { received, socket, silence } = state
  if (received && socket.registered && silence.since === null) return state
  const known = { ...state, received: true, silence: { ...silence, since: null } }
  return withSocket(known, { registered: true })
}

export const hurry = (state: PromptState): Observed => ({
  state: withPace(state, { hurried: true }),
  decision: HURRY,
})

export const nothing = (state: PromptState): Observed => ({ state, decision: NONE })
