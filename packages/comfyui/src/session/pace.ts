/**
 * When to look where a prompt is. Pure.
 *
 *   at once     after what makes a look worth while: the message that follows history, a connection that was made anew
 *   soon        after one that announces the end but precedes history, in case the one that follows it is lost
 *   `pollMs`    while nothing is heard of it: after the last message, or the last look
 *   `beatMs`    while its messages come, or while it waits behind others and the host need not say a word of it
 *
 * So an end whose messages are lost is found `pollMs` after the last message that came, as if nobody had listened;
 * and `beatMs` after the last look, if that showed it waiting. A socket that is closed, new or deaf, a host that does
 * not answer and a stop are no time to rely on messages: then it is `pollMs`, or what was decided for that case.
 */
import type { PromptObservation, PromptState } from './prompt-state.ts'

export interface Pace {
  /** A look is wanted now. */
  readonly hurried: boolean
  /** When the end was announced, since the last look. */
  readonly announcedAt: number | null
  /** The wait that goes on is not for anything: messages may make it longer. */
  readonly steady: boolean
  readonly lookedAt: number
  /** When the last message of the prompt came. */
  readonly heardAt: number
}

export function startPace(atMs: number): Pace {
  return { hurried: false, announcedAt: null, steady: false, lookedAt: atMs, heardAt: atMs }
}

/** The host has just taken the prompt, which nobody has to look at: what it does is told. */
export function beginPace(state: PromptState, adopted: boolean, atMs: number): Pace {
  return { ...startPace(atMs), hurried: adopted || !isHeard(state), steady: true }
}

export function withPace(state: PromptState, change: Partial<Pace>): PromptState {
  return { ...state, pace: { ...state.pace, ...change } }
}

/** @returns how long to wait yet; 0 when it is time to look */
export function untilLook(
  state: PromptState,
  { canceled, withdrawn }: PromptObservation & { type: 'waited' },
  atMs: number,
): number {
  const { pace, stop, quickPollsMs } = state
  const asked = (canceled && stop?.cause !== 'cancel') || (withdrawn && !state.withdrawn)
  if (asked || pace.hurried) return 0
  if (pace.announcedAt !== null) return left(pace.announcedAt + (quickPollsMs[0] ?? 0), atMs)
  return pace.steady ? left(steadyAt(state), atMs) : 0
}

/** When to look next if nothing happens. */
export function steadyAt(state: PromptState): number {
  const { timings, pace, place, isDue } = state
  const { lookedAt } = pace
  if (!isHeard(state)) return lookedAt + timings.pollMs
  const beatAt = lookedAt + timings.beatMs
  if (place.startsWith('pending') && !isDue) return beatAt
  return Math.min(beatAt, Math.max(pace.heardAt, lookedAt) + timings.pollMs)
}

/** Messages of the prompt would come. */
function isHeard({ socket, deaf, failures, stop }: PromptState): boolean {
  return socket.open && socket.registered && deaf !== true && failures === 0 && stop === null
}

function left(at: number, now: number): number {
  return Math.max(0, at - now)
}
