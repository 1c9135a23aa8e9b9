/** What a session knows of its prompt, the host and the socket; what it can observe, and what can be decided. */
import type { HostError } from '../errors.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import type { Delay } from './clock.ts'
import type { Sighting } from './look.ts'
import type { LastMessages } from './movement.ts'
import { type Pace, startPace } from './pace.ts'
import { type Heard, NOTHING_HEARD } from './settle.ts'
import type { SessionTimings } from './timings.ts'
import type { StopCause } from './to-end.ts'
import { NO_TRAIL, type Trail } from './trail.ts'
import type { PromptEnd } from './types.ts'

export type PromptObservation =
  /** We look for the prompt, for so long while the host does not answer. */
  | { type: 'search'; forMs: number }
  /** The host has it; `adopted`: it had it before, and its messages may be over. */
  | { type: 'submitted'; promptId: string; adopted?: boolean }
  /** A wait for the next look is over: is it time for it? */
  | { type: 'waited'; canceled: boolean; withdrawn: boolean }
  /** It is time to look where the prompt is. */
  | { type: 'due'; canceled: boolean; withdrawn: boolean }
  | { type: 'looked'; sighting: Sighting }
  /** A search, a look or a stop got no useful answer. */
  | { type: 'unanswered'; error: HostError }
  /** A message; whether it is ours is unknown until the host has the prompt. */
  | { type: 'message'; message: HostMessage; ours: boolean }
  | { type: 'opened' }
  | { type: 'closed'; wasOpen: boolean }
  /** Anything arrived on the connection, a pong too. It proves the connection, not that the host knows us. */
  | { type: 'alive' }
  | { type: 'pingDue' }

export type PromptDecision =
  | { action: 'none' }
  /** End the wait that goes on, or else the next one. */
  | { action: 'hurry' }
  /** Ask the host to stop the prompt. */
  | { action: 'askToStop' }
  /** Take the prompt off the host's queue, if it waits there. */
  | { action: 'withdraw' }
  /** Wait before the next look, search or connection; `reopen`: give up this socket for a new one. */
  | ({ action: 'wait'; reopen: boolean } & Delay)
  | { action: 'end'; end: PromptEnd }
  | { action: 'fail'; error: HostError }
  | { action: 'ping' }
  | { action: 'terminate' }

export interface Observed {
  state: PromptState
  decision: PromptDecision
}

/** Folds one observation into the state. @returns what to do about it */
export type Observe = (what: PromptObservation) => PromptDecision

export interface PromptState {
  readonly timings: SessionTimings
  readonly promptId: string
  /** Null when nothing is searched for. */
  readonly searchUntil: number | null
  /** Failures of the host in a row, and when it last gave a useful answer. */
  readonly failures: number
  readonly answeredAt: number
  readonly place: string
  readonly isDue: boolean
  readonly movedAt: number
  readonly lastMessages: LastMessages
  /** It was found running, or heard to. */
  readonly ran: boolean
  readonly absentSince: number | null
  readonly heard: Heard
  /** Since when history contradicts what was heard. */
  readonly unsettledSince: number | null
  /** What it has still to say when it has ended. */
  readonly trail: Trail
  readonly stop: { cause: StopCause; since: number } | null
  readonly stopAskedAt: number | null
  /** The host was asked to take it off its queue. */
  readonly withdrawn: boolean
  readonly pace: Pace
  /** What is left of the quick polls after an end was announced. */
  readonly quickPollsMs: readonly number[]
  /** Anything was ever received: the host has registered the socket. */
  readonly received: boolean
  readonly socket: {
    open: boolean
    /** It has brought a message: the host knows it. */
    registered: boolean
    failures: number
    unansweredPings: number
  }
  readonly silence: Silence
  /** The host's messages do not arrive; null while that is unknown. */
  readonly deaf: boolean | null
}

export interface Silence {
  readonly since: number | null
  /** How long it may last before the socket is opened anew; each in vain doubles it, for a model load is silent too. */
  readonly patienceMs: number
  /** The host has sent anything of our prompt, if only the node that runs. */
  readonly hinted: boolean
  readonly silentSockets: number
  readonly runningLooks: number
}

/** @param promptId the one we ask for; a host may choose another */
export function startPromptState(
  promptId: string,
  timings: SessionTimings,
  atMs: number,
): PromptState {
  return {
    timings,
    promptId,
    searchUntil: null,
    failures: 0,
    answeredAt: atMs,
    place: '',
    isDue: false,
    movedAt: atMs,
    lastMessages: new Map(),
    ran: false,
    absentSince: null,
    heard: NOTHING_HEARD,
    unsettledSince: null,
    trail: NO_TRAIL,
    stop: null,
    stopAskedAt: null,
    withdrawn: false,
    pace: startPace(atMs),
    quickPollsMs: [],
    received: false,
    socket: { open: false, registered: false, failures: 0, unansweredPings: 0 },
    silence: {
      since: null,
      patienceMs: timings.deafMs,
      hinted: false,
      silentSockets: 0,
      runningLooks: 0,
    },
    deaf: null,
  }
}
