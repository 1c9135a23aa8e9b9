/**
 * What a session knows of its prompt, the host and the socket, how observations change it, and what is to be
 * done about each. Pure: whoever observes keeps the state and does what is decided.
 *
 *   host      answers, or does not. Lost after two failures in a row and `unreachableMs` without a useful
 *             answer; one timeout of a busy host proves nothing, however long it was
 *   prompt    moves, or stands still. A message that changes something, or another place in the queue, is
 *             movement. It stalls when it is due and has not moved for `stallMs`; next in line while nothing
 *             runs counts as due: a living executor would have begun it. With a socket that brings nothing
 *             only the places are left, so `stallMs` must exceed the longest prompt such a host may run
 *             What was heard to succeed is not lost when history does not show it: history is asked again, for
 *             `settleMs`, and then it has vanished; it never runs twice. Only a host whose connection broke
 *             since may have forgotten it in a restart. A history of it that nobody can read is asked again for as
 *             long: that is this prompt's trouble, not the host's. Then it ends as it was heard to
 *   stop      none, or because of a stall, or of a cancel, which takes over with a time of its own. The host
 *             is asked again every `interruptEveryMs`, until a look shows the end, or `stopMs` have passed
 *   withdrawn the host was asked to take it off its queue. One that has begun nevertheless goes on; one that is in
 *             neither queue nor history then, twice, has not run and may be submitted anew
 *   socket    delivers, or is deaf. A new one is opened after any long silence; that costs nothing. That the
 *             host does not deliver our messages is concluded only when a long model load cannot be the reason:
 *             nothing of our prompt was ever received though it runs, or several new sockets in a row brought nothing
 *
 * A search (for what an earlier life may have submitted) is patient in a way of its own: for a while.
 */
import { assertNever } from '@safelight/shared'
import { HostError } from '../errors.ts'
import type { Sighting } from './look.ts'
import type { Observed, PromptDecision, PromptObservation, PromptState } from './prompt-state.ts'
import { foldMessage, hurry, nothing } from './observe-message.ts'
import { beginPace, steadyAt, untilLook, withPace } from './pace.ts'
import { backOff, foldClosed, foldPing, withSocket } from './observe-socket.ts'
import { isUnsettled, toUnsettledEnd } from './settle.ts'
import { foldSilence } from './silence.ts'
import type { StopCause } from './to-end.ts'
import { toAbsentEnd, toPromptEnd, toOverdueEnd } from './to-end.ts'
import { followTrail, isToCome } from './trail.ts'

/** Looks that found it running: between two of them a message would have come. */
const RUNNING_LOOKS = 2

const LOOKING = { hurried: false, announcedAt: null, steady: false } as const
const FOUND = { searchUntil: null, failures: 0 } as const

export function observePrompt(state: PromptState, what: PromptObservation, atMs: number): Observed {
  switch (what.type) {
    case 'search':
      return nothing({ ...state, searchUntil: atMs + what.forMs, failures: 0 })
    case 'submitted':
      return nothing({
        ...state,
        ...FOUND,
        pace: beginPace(state, what.adopted === true, atMs),
        promptId: what.promptId,
        answeredAt: atMs,
        trail: { ...state.trail, awaited: !what.adopted && state.received && state.socket.open },
      })
    case 'waited':
      return decideWaited(state, what, atMs)
    case 'due':
      return decideDue(withPace(state, LOOKING), what, atMs)
    case 'looked':
      // what is known to have ended does not change any more
      return foldSighting(state, state.trail.ended ?? what.sighting, atMs)
    case 'unanswered':
      if (state.trail.ended) return foldSighting(state, state.trail.ended, atMs)
      return foldFailure({ ...state, failures: state.failures + 1 }, what.error, atMs)
    case 'message':
      return foldMessage(state, what, atMs)
    case 'opened':
      return hurry(withSocket(state, { open: true, unansweredPings: 0 }))
    case 'closed':
      return foldClosed(state, what.wasOpen)
    case 'alive':
      // most of the time nothing was asked
      return nothing(
        state.socket.unansweredPings === 0 ? state : withSocket(state, { unansweredPings: 0 }),
      )
    case 'pingDue':
      return foldPing(state)
    default:
      return assertNever(what)
  }
}

function decideWaited(
  state: PromptState,
  what: PromptObservation & { type: 'waited' },
  atMs: number,
): Observed {
  const withdrawn = what.withdrawn && !hasBegun(state)
  const ms = untilLook(state, { ...what, withdrawn }, atMs)
  return { state, decision: ms === 0 ? { action: 'none' } : wait(ms, false) }
}

function decideDue(
  state: PromptState,
  { canceled, withdrawn }: PromptObservation & { type: 'due' },
  atMs: number,
): Observed {
  const stopping = decideStop(state, canceled, atMs)
  if (!withdrawn || stopping.state.stop || hasBegun(state)) return stopping
  return { state: { ...stopping.state, withdrawn: true }, decision: { action: 'withdraw' } }
}

function hasBegun({ ran, silence }: PromptState): boolean {
  return ran || silence.hinted
}

function decideStop(state: PromptState, canceled: boolean, atMs: number): Observed {
  const { stallMs, interruptEveryMs } = state.timings
  const stalled = state.isDue && atMs - state.movedAt >= stallMs
  const stop = startStop(state.stop, { canceled, stalled, atMs })
  const askedMs = state.stopAskedAt === null ? Infinity : atMs - state.stopAskedAt
  if (!stop || askedMs < interruptEveryMs) return nothing({ ...state, stop })
  return { state: { ...state, stop, stopAskedAt: atMs }, decision: { action: 'askToStop' } }
}

/** A cancel takes over from a stall, never the other way. */
function startStop(
  stop: PromptState['stop'],
  { canceled, stalled, atMs }: { canceled: boolean; stalled: boolean; atMs: number },
): PromptState['stop'] {
  const cause: StopCause | null = canceled ? 'cancel' : stalled ? 'stall' : null
  if (cause === null || stop?.cause === cause || stop?.cause === 'cancel') return stop
  return { cause, since: atMs }
}

function foldSighting(before: PromptState, sighting: Sighting, atMs: number): Observed {
  const place = sighting.at === 'pending' ? `pending ${sighting.ahead}` : sighting.at
  const absent = sighting.at === 'absent'
  const running = sighting.at === 'running'
  const state: PromptState = {
    ...before,
    failures: 0,
    answeredAt: atMs,
    place,
    pace: { ...before.pace, lookedAt: atMs },
    isDue: running || (sighting.at === 'pending' && sighting.ahead === 0),
    movedAt: place === before.place ? before.movedAt : atMs,
    ran: before.ran || running,
    absentSince: absent ? (before.absentSince ?? atMs) : null,
    unsettledSince: isUnsettled(before.heard, sighting) ? (before.unsettledSince ?? atMs) : null,
  }
  const { promptId, ran, timings } = state
  const cause = state.stop?.cause ?? null
  // a cancel is content with a prompt that is nowhere
  const over = absent || sighting.at === 'unreadable'
  if (state.unsettledSince !== null && !(over && cause === 'cancel')) {
    return atMs - state.unsettledSince >= timings.settleMs
      ? { state, decision: { action: 'end', end: toUnsettledEnd(promptId, state.heard, sighting) } }
      : { state, decision: wait(timings.confirmMs, false) }
  }
  if (sighting.at === 'ended') {
    const trail = followTrail(state.trail, sighting, atMs)
    if (!cause && isToCome(trail, atMs, timings)) {
      return { state: { ...state, trail }, decision: wait(timings.confirmMs, false) }
    }
    const undelivered = state.deaf === null && state.silence.runningLooks >= RUNNING_LOOKS
    return {
      state: undelivered ? { ...state, deaf: true } : state,
      decision: { action: 'end', end: toPromptEnd(sighting.entry, cause) },
    }
  }
  // once may be an accident, but not after a stop
  const confirmed = before.absentSince !== null && atMs - before.absentSince >= timings.confirmMs
  if (over && (cause || confirmed)) {
    const withdrawn = state.withdrawn && !hasBegun(state)
    const end = toAbsentEnd({ promptId, cause, ran, withdrawn })
    return { state, decision: { action: 'end', end } }
  }
  return goOn(state, sighting, atMs)
}

function foldFailure(state: PromptState, error: HostError, atMs: number): Observed {
  const { failures, searchUntil, timings } = state
  if (searchUntil !== null) {
    if (atMs >= searchUntil) return { state, decision: { action: 'fail', error } }
    return { state, decision: backOff(failures - 1, timings.retryMinMs, timings.retryMaxMs) }
  }
  if (failures >= 2 && atMs - state.answeredAt >= timings.unreachableMs) {
    return { state, decision: { action: 'fail', error: toLost(error) } }
  }
  return goOn(state, null, atMs)
}

/** An answer that can never be read is not a host that is away: another attempt would meet it again. */
function toLost(cause: HostError): HostError {
  if (cause.code === 'bad_answer') return cause
  return new HostError('unreachable', 'The host gave no useful answer for too long', { cause })
}

/** Neither the prompt's end nor the host's: waits for the next look, unless a stop takes too long. */
function goOn(before: PromptState, sighting: Sighting | null, atMs: number): Observed {
  const { timings, promptId, ran, stop } = before
  if (stop && atMs - stop.since >= timings.stopMs) {
    return { state: before, decision: { action: 'end', end: toOverdueEnd(promptId, ran) } }
  }
  const state = foldSilence(before, sighting?.at === 'running', atMs)
  const isDeaf = state.silence.silentSockets > before.silence.silentSockets
  const reopen = isDeaf && state.socket.open
  if (!sighting) {
    const { pollMs, failingPollMaxMs } = timings
    return { state, decision: backOff(state.failures, pollMs, failingPollMaxMs) }
  }
  if (sighting.at === 'absent') return { state, decision: wait(timings.confirmMs, reopen) }
  const steadyMs = stop ? timings.interruptEveryMs : steadyAt(state) - atMs
  const [quickMs, ...quickPollsMs] = state.quickPollsMs
  const steady = !stop && quickMs === undefined
  return {
    state: { ...withPace(state, { steady }), quickPollsMs },
    decision: wait(Math.min(quickMs ?? steadyMs, steadyMs), reopen),
  }
}

function wait(ms: number, reopen: boolean): PromptDecision {
  return { action: 'wait', ms, jitter: false, reopen }
}
