/** Acts on decisions: writes the job's end or its way back to the line. Nothing else does. */
import type { WorkerEvents } from '@safelight/runtime'
import { assertNever, isTerminal, takesPrompts, type Warning } from '@safelight/shared'
import type { AttemptRecord, Decide, FailedAttempt, JobNeeds } from '@safelight/store'
import type { GiveUp, JobDecision } from './decide-job.ts'
import { type JobEnd, toEnd, toQueuedAgain, toTakenBack } from './job-events.ts'
import { noteOrphan, noteOrphanOf } from './orphan.ts'
import {
  decideRetry,
  hostsToShun,
  type RetryLimits,
  type ShunnedHost,
  wantsMemory,
} from './retry-policy.ts'
import type { Handling } from './handling.ts'
import { addWarnings } from './warnings.ts'

/** How the ticket leaves our hands. It is spent only when the record says that the job has ended, or is elsewhere. */
export type TicketReturn =
  | { ticket: 'spent' }
  /** It stays on the queue of its host, where the prompt is: somebody takes it again, at once or after a while. */
  | { ticket: 'again'; delayMs: number }

export const SPENT: TicketReturn = { ticket: 'spent' }
export const AGAIN: TicketReturn = { ticket: 'again', delayMs: 0 }

export function againAfter(delayMs: number): TicketReturn {
  return { ticket: 'again', delayMs }
}

export interface AttemptFacts {
  /** The attempt that the decision is about, with the failures before it. */
  record: AttemptRecord
  warnings?: Warning[]
  /** To be told with a success, in one step. */
  untold?: readonly Decide[]
}

export async function conclude(
  handling: Handling,
  decision: JobDecision,
  facts: AttemptFacts,
): Promise<TicketReturn> {
  const { warnings = [] } = facts
  switch (decision.action) {
    case 'succeed':
      // what was told while the outputs came home, too
      return finish(
        handling,
        {
          status: 'succeeded',
          warnings: addWarnings(handling.writer.snapshot.warnings, warnings),
        },
        facts.untold,
      )
    case 'cancel':
      if (!decision.confirmed) await noteOrphan(handling, facts.record)
      return finish(handling, { status: 'canceled', warnings })
    case 'fail':
      if (decision.confirmed === false) await noteOrphan(handling, facts.record)
      return finish(handling, { status: 'failed', error: decision.error, warnings })
    case 'give_up':
      return giveUp(handling, decision, facts)
    case 'hand_back':
      return handBack(handling, decision.delayMs)
    case 'take_back':
      return takeBack(handling, facts.record)
    case 'claim_lost':
      return leave(handling, facts.record)
    default:
      return assertNever(decision)
  }
}

/** Another worker has the job and its prompt; or Redis has lost it, and then nobody is led to its prompt but by this. */
async function leave(handling: Handling, record: AttemptRecord): Promise<TicketReturn> {
  const { deps, jobId } = handling
  if ((await deps.store.load(jobId)) === null) await noteOrphanOf(deps, jobId, record)
  return AGAIN
}

/** Its prompt goes on where it is. */
export function handBack(handling: Handling, delayMs: number): TicketReturn {
  const { deps, stop, ticket } = handling
  const leaves = deps.fleet.find(ticket.hostId)?.listing.leaving ?? false
  const stopped = leaves ? 'host_left' : 'shutdown'
  tellHandedBack(handling, stop.reason === 'shutdown' ? stopped : 'store')
  return againAfter(delayMs)
}

function tellHandedBack({ deps, jobId, ticket }: Where, why: WhyBack): void {
  const { hostId } = ticket
  deps.emit('job:handed-back', { jobId, hostId, why, error: null, unreadMs: null })
}

function toLimits({ deps, writer }: Handling): RetryLimits {
  const { nodeRetries } = writer.snapshot.limits
  const { maxAttempts, maxHostLosses } = deps.limits
  const { retryMs, retryAtMostMs } = deps.timings
  return { maxAttempts, maxHostLosses, nodeRetries, retryMs, retryAtMostMs }
}

/** Whether there would be another attempt. */
export function willRetry(
  handling: Handling,
  { cause, orphaned }: GiveUp,
  { attempt, hostId, failures }: AttemptRecord,
): boolean {
  const failed = [...failures, { attempt, hostId, cause, orphaned }]
  return decideRetry(failed, toLimits(handling)).action === 'retry'
}

/** The attempt has failed: another one, or the end of the job. */
async function giveUp(
  handling: Handling,
  failed: GiveUp,
  { record, warnings }: AttemptFacts,
): Promise<TicketReturn> {
  const { deps, jobId, writer } = handling
  const { cause, orphaned, error } = failed
  const { attempt, hostId } = record
  const at = deps.clock.now()
  const failures = [...record.failures, { attempt, hostId, cause, orphaned, at }]
  // it may run there yet, when its host is back
  if (orphaned || cause === 'stalled') await noteOrphan(handling, record)
  const retry = decideRetry(failures, toLimits(handling))
  const told = { jobId, hostId, attempt, cause }
  if (retry.action === 'fail') {
    const { deadLetter } = retry
    const end: JobEnd = { status: 'failed', error, ...(warnings && { warnings }), deadLetter }
    const isEnded = await writeEnd(handling, end)
    if (isEnded) deps.emit('attempt:failed', { ...told, retry: 'fail', delayMs: null, deadLetter })
    return afterEnd(handling, isEnded)
  }
  // noted first: should we die in between, the attempt is known to have failed
  await handling.saveAttempt({ ...record, failures, unreachableSince: null })
  if (writer.claimLost) return AGAIN
  const { delayMs } = retry
  // it is on record, and is not noted again, whatever becomes of what follows
  deps.emit('attempt:failed', { ...told, retry: 'retry', delayMs, deadLetter: false })
  if (!(await writer.append(toQueuedAgain))) return AGAIN
  await deps.deadlines.note(writer.snapshot)
  return toBacklog(handling, { delayMs, failures })
}

/** Its prompt had not begun, and is gone from the host: nothing has failed, and the attempt is none. */
async function takeBack(handling: Handling, record: AttemptRecord): Promise<TicketReturn> {
  const { deps, jobId, writer } = handling
  const takenBack = (record.takenBack ?? 0) + 1
  // noted first: should we die in between, it is known that its prompt is on no host
  await handling.saveAttempt({ ...record, takenBack, unreachableSince: null })
  if (!(await writer.append(toTakenBack))) return AGAIN
  deps.emit('job:taken-back', { jobId, hostId: record.hostId, takenBack })
  await deps.deadlines.note(writer.snapshot)
  return toBacklog(handling, { delayMs: 0, failures: record.failures })
}

export interface BackOptions {
  delayMs: number
  /** Of the job so far. */
  failures: readonly FailedAttempt[]
  /** Why nothing has been begun, when that is so. */
  why?: WhyBack
}

type WhyBack = WorkerEvents['job:handed-back']['why']
type Where = Pick<Handling, 'deps' | 'jobId' | 'ticket'>

/** To its old place in the backlog, for whichever host may run it. */
export async function toBacklog(
  handling: Where & Pick<Handling, 'token' | 'writer'>,
  { delayMs, failures, why }: BackOptions,
): Promise<TicketReturn> {
  const { deps, jobId, token, writer } = handling
  const { store, backlog, tickets, timings } = deps
  const { pool } = writer.snapshot
  const stored = await backlog.needs(jobId)
  const shunned = hostsToShun(failures, { nowMs: deps.clock.now(), avoidForMs: timings.avoidForMs })
  const waits = shunned.length > 0 && (await hasOther(deps, shunned))
  const until = Math.max(...shunned.map((host) => host.untilMs))
  const needs: JobNeeds = {
    ...stored,
    avoid: shunned.map(({ hostId }) => hostId),
    avoidUntil: waits ? until : null,
    memory: wantsMemory(failures),
  }
  // put down first: whoever gets it next must not take us for lost
  await store.putDown(jobId, token)
  const back = await backlog.putBack(jobId, { token, delayMs, needs })
  if (back === 'claim_lost') return AGAIN
  if (why) tellHandedBack(handling, why)
  if (delayMs > 0) deps.deferred.note(delayMs)
  else await tickets.announceAgain({ jobId, pool })
  return SPENT
}

/** Another host takes prompts, if only later: rather wait for it than go back to one that failed the job. */
async function hasOther(
  { hosts }: Handling['deps'],
  shunned: readonly ShunnedHost[],
): Promise<boolean> {
  const avoid = new Set(shunned.map(({ hostId }) => hostId))
  return (await hosts.list()).some(({ id, state }) => takesPrompts(state) && !avoid.has(id))
}

/** @param untold what is told before it, in the same step */
export async function finish(
  handling: Handling,
  jobEnd: JobEnd,
  untold: readonly Decide[] = [],
): Promise<TicketReturn> {
  return afterEnd(handling, await writeEnd(handling, jobEnd, untold))
}

/** @returns whether it is on record, by us */
async function writeEnd(
  handling: Handling,
  jobEnd: JobEnd,
  untold: readonly Decide[] = [],
): Promise<boolean> {
  const { writer } = handling
  const times = handling.stopwatch.enter(null)
  const end: Decide = (snapshot) => toEnd(snapshot, { ...jobEnd, times })
  // asked for in one go, they are one write
  const told = await Promise.all([...untold, end].map((decide) => writer.append(decide)))
  return told.at(-1) === true
}

function afterEnd({ writer }: Handling, isEnded: boolean): TicketReturn {
  // refused: it has ended in another way, is another worker's, or its cancel wants to be confirmed first
  if (!isEnded) return !writer.claimLost && isTerminal(writer.snapshot.status) ? SPENT : AGAIN
  return SPENT
}
