/**
 * The state of one host as this worker sees it, and how observations move it. Pure.
 *
 * A condition is a few facts; the state is the first of these that holds:
 *
 *   starting     it has never answered here
 *   offline      it does not answer: it refused a connection or our credentials, let three questions in a row time
 *                out, or lost a job and is left alone, which of a broken device is told as what it is. The next good
 *                probe ends it, and a socket that was deaf has a new chance
 *   quarantined  a prompt stands still and ignores its interrupt: the executor is dead, though HTTP answers.
 *                Only evidence of life ends it: the prompt has left the host's queue (it moved on after all,
 *                or the host was restarted). A prompt that was never begun leaves no such trace when it is
 *                taken back, so there something else must run, or the host must have been away.
 *                Or its device fails whatever runs: it failed two jobs in a row. Only a prompt that succeeds ends
 *                it, or a restart. One job at a time is given to it, between two rests (see `isOnTrial`)
 *   draining     somebody asked that it gets no new prompts; ends when that is lifted
 *   degraded     its sockets are deaf: jobs end by polling, so it is used when nothing better is free. Ends
 *                when messages arrive again, when the host was away, or `deafForMs` after the last deaf prompt
 *   busy         it has prompts, ours or other people's
 *   ready        it has none
 *
 * The facts below the one that names the state are kept: a drained host that goes away and comes back is
 * draining, a quarantined one that was only slow is still quarantined.
 */
import { assertNever, type HostReason, type HostState, toHostReason } from '@safelight/shared'
import type { HostDrain, StuckPrompt } from '@safelight/store'

export type Absence = 'unreachable' | 'not_answering' | 'unauthorized' | 'bad_answer' | 'resting'

interface Facts {
  readonly contact: 'none' | 'up' | Absence
  /** Probes in a row that timed out while the host was up. */
  readonly slowProbes: number
  readonly stuck: StuckPrompt | null
  readonly drain: HostDrain | null
  /** Jobs that its device failed since it last finished one, as many as it takes to judge it. */
  readonly failedJobs: readonly string[]
  /** When a prompt was last found to be deaf. */
  readonly deafAt: number | null
  readonly prompts: number
}

export interface Condition {
  readonly state: HostState
  readonly reason: HostReason
  /** When it entered the state, in ms. */
  readonly since: number
  readonly facts: Facts
}

export type Observation =
  /** A probe was answered in full. */
  | { type: 'answered' }
  | { type: 'unanswered'; cause: Exclude<Absence, 'resting'> }
  /** It lost a job: it is not asked for a while. */
  | { type: 'backs_off' }
  | { type: 'stuck'; prompt: StuckPrompt }
  /** A look at its queue, while a prompt is stuck: what runs there. */
  | { type: 'looked'; running: readonly string[] }
  | { type: 'drain'; drain: HostDrain | null }
  | { type: 'deaf'; deaf: boolean }
  /** A job failed there for want of memory, or because the device is broken. */
  | { type: 'device_failed'; jobId: string }
  /** A prompt succeeded there. */
  | { type: 'worked' }
  /** Prompts it has, as far as known. */
  | { type: 'prompts'; count: number }

/** A GPU-busy Python answers late: one slow probe is no proof. */
const SLOW_PROBES = 3
/** One job alone may ask for too much: it takes another one to blame the device. */
const DEVICE_FAILURES = 2

export function startCondition(atMs: number): Condition {
  const facts: Facts = {
    contact: 'none',
    slowProbes: 0,
    stuck: null,
    drain: null,
    failedJobs: [],
    deafAt: null,
    prompts: 0,
  }
  return { ...judge(facts), since: atMs, facts }
}

export interface ObservationTime {
  atMs: number
  /** How long a deaf prompt counts against the host. */
  deafForMs: number
}

/** @returns the same condition when nothing changed */
export function observe(condition: Condition, seen: Observation, now: ObservationTime): Condition {
  const { atMs } = now
  const facts = reduceFacts(condition.facts, seen, now)
  if (facts === condition.facts) return condition
  const judged = judge(facts)
  const since = judged.state === condition.state ? condition.since : atMs
  return { ...judged, since, facts }
}

function reduceFacts(facts: Facts, seen: Observation, { atMs, deafForMs }: ObservationTime): Facts {
  switch (seen.type) {
    case 'answered': {
      const forgiven = facts.deafAt !== null && atMs - facts.deafAt >= deafForMs
      if (facts.contact === 'up' && facts.slowProbes === 0 && !forgiven) return facts
      const deafAt = forgiven ? null : facts.deafAt
      return { ...facts, contact: 'up', slowProbes: 0, deafAt }
    }
    case 'unanswered':
      return missed(facts, seen.cause)
    case 'backs_off':
      // a dead executor is the better explanation, and does not pass by waiting
      return facts.stuck ? facts : away(facts, 'resting')
    case 'stuck':
      return facts.stuck?.promptId === seen.prompt.promptId
        ? facts
        : { ...facts, stuck: seen.prompt }
    case 'looked':
      return isAlive(facts.stuck, seen.running) ? { ...facts, stuck: null } : facts
    case 'drain':
      return sameDrain(facts.drain, seen.drain) ? facts : { ...facts, drain: seen.drain }
    case 'deaf':
      if (seen.deaf) return { ...facts, deafAt: atMs }
      return facts.deafAt === null ? facts : { ...facts, deafAt: null }
    case 'device_failed':
      return noteDeviceFailure(facts, seen.jobId)
    case 'worked':
      return facts.failedJobs.length === 0 ? facts : { ...facts, failedJobs: [] }
    case 'prompts':
      return facts.prompts === seen.count ? facts : { ...facts, prompts: seen.count }
    default:
      return assertNever(seen)
  }
}

function missed(facts: Facts, cause: Exclude<Absence, 'resting'>): Facts {
  const slowProbes = cause === 'not_answering' ? facts.slowProbes + 1 : 0
  const onlySlow = cause === 'not_answering' && slowProbes < SLOW_PROBES
  // a host that is left alone or away already has no credit to lose
  return onlySlow && facts.contact === 'up' ? { ...facts, slowProbes } : away(facts, cause)
}

function away(facts: Facts, contact: Absence): Facts {
  // what was never begun there is not there after a restart; what stood still must be looked for
  const stuck = contact === 'unreachable' && facts.stuck?.begun === false ? null : facts.stuck
  // another process gets the device anew
  const failedJobs = contact === 'unreachable' ? [] : facts.failedJobs
  const same = stuck === facts.stuck && failedJobs.length === facts.failedJobs.length
  if (facts.contact === contact && facts.deafAt === null && same) return facts
  return { ...facts, contact, slowProbes: 0, deafAt: null, stuck, failedJobs }
}

function noteDeviceFailure(facts: Facts, jobId: string): Facts {
  const { failedJobs } = facts
  if (failedJobs.length >= DEVICE_FAILURES || failedJobs.includes(jobId)) return facts
  return { ...facts, failedJobs: [...failedJobs, jobId] }
}

/** Another job than this failed there in the same way, and none has succeeded since. */
export function isSuspect({ facts }: Condition, jobId: string): boolean {
  return facts.failedJobs.some((failed) => failed !== jobId)
}

/** Its rest is over, and one job may show whether its device works again. */
export function isOnTrial({ state, reason, facts }: Omit<Condition, 'since'>): boolean {
  return state === 'quarantined' && reason.code === 'device_fault' && facts.contact === 'up'
}

function isAlive(stuck: StuckPrompt | null, running: readonly string[]): boolean {
  if (!stuck) return false
  return stuck.begun ? !running.includes(stuck.promptId) : running.length > 0
}

function sameDrain(one: HostDrain | null, other: HostDrain | null): boolean {
  return one?.at === other?.at && one?.reason === other?.reason
}

function judge(facts: Facts): Pick<Condition, 'state' | 'reason'> {
  const { contact, stuck, drain, failedJobs, deafAt, prompts } = facts
  if (contact === 'none') return { state: 'starting', reason: toHostReason('not_reached_yet') }
  const isBroken = failedJobs.length >= DEVICE_FAILURES
  // a rest is part of a quarantine: whoever looks after hosts is told of one thing, for as long as it lasts
  const isAway = contact !== 'up' && !(contact === 'resting' && isBroken)
  if (isAway) return { state: 'offline', reason: toHostReason(contact) }
  if (stuck) return { state: 'quarantined', reason: toHostReason('executor_stuck') }
  // what nobody may use needs no trial
  if (drain) return { state: 'draining', reason: toHostReason('drain_requested', drain.reason) }
  if (isBroken) return { state: 'quarantined', reason: toHostReason('device_fault') }
  if (deafAt !== null) return { state: 'degraded', reason: toHostReason('socket_deaf') }
  if (prompts > 0) return { state: 'busy', reason: toHostReason('has_prompts') }
  return { state: 'ready', reason: toHostReason('idle') }
}
