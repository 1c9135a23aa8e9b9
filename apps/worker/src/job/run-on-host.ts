/** An attempt on the host where the job has its slot: run it, and what its end means for the host. */
import { toRestMs, type TrackerState } from '@safelight/comfyui'
import { assertNever, timeoutAt } from '@safelight/shared'
import { type AttemptRecord, type FailedAttempt, inTurn, promptIdOf } from '@safelight/store'
import type { Host } from '../hosts/host.ts'
import { chooseOutputs } from '../outputs/choose-outputs.ts'
import type { Asked } from './asked.ts'
import { type AttemptResult, createTracker, runAttempt, unlessLost } from './attempt.ts'
import { blameDevice, isOfDevice } from './blame-device.ts'
import { checkedHost } from './claim-check.ts'
import { collectJob } from './collect-job.ts'
import { AGAIN, conclude, finish, type TicketReturn } from './conclude.ts'
import { type CollectDecision, decideCollected, INTERNAL, type JobDecision } from './decide-job.ts'
import type { Handling } from './handling.ts'
import { bringLate, collectLate } from './late-outputs.ts'
import { toExecuted, toPhase, toProgressed, toRunning } from './job-events.ts'
import { findRanBefore } from './ran-before.ts'
import { addWarnings, toCutWarnings } from './warnings.ts'

export interface AttemptStart {
  attempt: number
  failures: FailedAttempt[]
  /** How often the job was taken back from a host. */
  takenBack: number
  /** What another worker noted of this very attempt when it began it. */
  adopt: AttemptRecord | null
  /** The host had its prompt. */
  wasSubmitted: boolean
}

/** @returns null when the job may not begin: its cancel came first, or it is another worker's */
export async function runOnHost(
  handling: Handling,
  host: Host,
  start: AttemptStart,
): Promise<TicketReturn | null> {
  const { deps, jobId, stopwatch, writer } = handling
  const { hostId } = host
  const { asked } = handling
  if (!asked) return finish(handling, { status: 'failed', error: INTERNAL })
  const tracker = await createTracker(handling, asked.workflow, host)
  const staged = behindOthers(tracker, host, deps.clock.steady())
  const first = { attempt: start.attempt, hostId, times: stopwatch.enter('prepare') }
  // before the prompt is submitted: whoever finds us dead must know where to look, and a page that watches never shows 0/0
  const begun = inTurn(
    (snapshot) => toRunning(snapshot, first),
    (snapshot) => toProgressed(snapshot, staged),
  )
  const ranBefore = start.adopt ? start.adopt.ranBefore : ranHere(handling, host, asked)
  const attempt = { ...toRecord(jobId, host, start), ...(ranBefore && { ranBefore }) }
  async function begin(): Promise<(() => void) | null> {
    if (!(await handling.appendNoted(begun, { attempt }))) return null
    tellBegun(deps, jobId, { record: attempt, isNew: start.adopt === null })
    return watchForTimeout(handling)
  }
  const watching = begin()
  const prepared = watching.then((callOff) => callOff !== null)
  // whoever waits for it is told
  prepared.catch(() => undefined)
  // its socket opens meanwhile: see docs/adr/0024-a-socket-for-each-prompt.md. What another attempt has made goes first
  if (start.adopt || writer.snapshot.outputs.length > 0) {
    if (!(await prepared)) return null
  }
  const { priority, createdAt, limits } = writer.snapshot
  const { takenBack } = start
  const facts = { jobId, priority, createdAt, takenBack, startBy: limits.startBy }
  const leaveSlot = deps.slotHolders.hold({ ...facts, giveBack: () => handling.stop.withdraw() })
  try {
    const { adopt, wasSubmitted } = start
    const given = { host, asked, tracker, record: attempt, adopt, wasSubmitted, prepared }
    const result = await runAttempt(handling, given)
    if (!(await prepared)) return null
    const { record, warnings } = result
    const decision = await unlessLost(handling, result.decision)
    const { action: outcome } = decision
    deps.emit('attempt:ended', { jobId, hostId, attempt: start.attempt, outcome })
    if (decision.action === 'collect') {
      const { execute } = stopwatch.enter('collect')
      // of an adopted prompt we have only seen the rest
      const executionMs = start.adopt ? null : execute
      if (!result.partial) host.recordSuccess(executionMs)
      leaveSlot()
      if (!result.partial && !start.adopt) deps.costs.note(hostId, result.tracker)
      return await toCollect(handling, decision, { ...result, asked })
    }
    const blamed = blameDevice(decision, { host, jobId, failures: start.failures })
    await applyToHost(handling, host, blamed)
    const late = collectLate(handling, blamed, result)
    if (late) {
      stopwatch.enter('collect')
      leaveSlot()
      return await toCollect(handling, late, { ...result, asked })
    }
    await bringLate(handling, blamed, { host, ...result, asked })
    return await conclude(handling, blamed, { record, warnings })
  } finally {
    leaveSlot()
    watching.then(
      (callOff) => callOff?.(),
      () => undefined,
    )
  }
}

function tellBegun(
  { emit }: Handling['deps'],
  jobId: string,
  { record, isNew }: { record: AttemptRecord; isNew: boolean },
): void {
  const { attempt, hostId, promptId } = record
  if (isNew) emit('attempt:started', { jobId, hostId, attempt, promptId })
  emit('attempt:phase', { jobId, attempt, phase: 'preparing' })
}

/** Until it begins it has what the host has before it, and itself. */
function behindOthers(tracker: TrackerState, host: Host, atMs: number): TrackerState {
  const [before, own] = [host.jobs().restMs, toRestMs(tracker, atMs)]
  const eta_ms = before === null || own === null ? null : before + own
  return { ...tracker, progress: { ...tracker.progress, eta_ms } }
}

function ranHere(
  { lastAttempt, writer }: Handling,
  { hostId, state }: Host,
  { workflow }: Asked,
): readonly string[] | null {
  const { nodes } = writer.snapshot
  return findRanBefore(lastAttempt, { workflow, classes: state.nodeClasses ?? {}, nodes, hostId })
}

function toRecord(
  jobId: string,
  { hostId, client }: Host,
  { attempt, failures, takenBack, adopt }: AttemptStart,
): AttemptRecord {
  const { base, isOpen } = client.address()
  return {
    attempt,
    hostId,
    promptId: adopt?.promptId ?? promptIdOf(jobId, attempt),
    // one that takes credentials stays in the process that was given them
    hostUrl: isOpen ? base : null,
    failures,
    ...(takenBack > 0 && { takenBack }),
    heardSuccess: adopt?.heardSuccess,
    unreachableSince: null,
  }
}

type Collectable = Pick<AttemptResult, 'tracker' | 'warnings' | 'record'> & {
  asked: Asked
  /** What found no room already. */
  more?: number
}

/** Its slot is another job's from now on, and what it made is carried away: under the same ticket, which whoever comes after us takes. */
export async function toCollect(
  handling: Handling,
  { promptId, files, partial, failed }: CollectDecision,
  { tracker, warnings, record, asked, more = 0 }: Collectable,
): Promise<TicketReturn> {
  const { deps, jobId, writer, stopwatch, ticket } = handling
  const allowPartial = writer.snapshot.limits.allowPartial === true
  const after = failed ?? decideCollected(partial, { allowPartial, stop: null })
  const failure = after.action === 'give_up' ? { cause: after.cause, error: after.error } : null
  const { times } = stopwatch
  const { outputs } = writer.snapshot
  const chosen = chooseOutputs(jobId, {
    listed: files,
    places: asked.places,
    kept: outputs,
  })
  const cut = { kept: outputs.length + chosen.files.size, more: chosen.more + more }
  const told = { times, warnings: addWarnings(toCutWarnings(cut), warnings) }
  // in the step in which it is told: whoever comes after us knows what it made without the host's history
  const harvest = { promptId, files: [...chosen.files.values()], failure }
  const collected = { ...record, unreachableSince: null, harvest }
  const over = inTurn(
    (snapshot) => toPhase(snapshot, { phase: 'collecting', ...told }),
    (snapshot) => (failure ? toProgressed(snapshot, tracker) : toExecuted(snapshot, tracker)),
  )
  const written = await handling.appendNoted(over, { attempt: collected, freesSlot: true })
  if (!written && !(await freeSlot(handling, collected))) return AGAIN
  if (written) deps.emit('attempt:phase', { jobId, attempt: record.attempt, phase: 'collecting' })
  ticket.onSlotFree()
  return await collectJob(handling, collected, harvest)
}

/** Of a job whose cancel was asked: nothing is told of it on this way. @returns false when it is another worker's */
async function freeSlot(handling: Handling, collected: AttemptRecord): Promise<boolean> {
  const { deps, jobId, token } = handling
  await handling.saveAttempt(collected)
  return (await deps.backlog.toCollect(jobId, token)) !== null
}

/** What the end of the attempt means for the host, before the job goes its way. */
async function applyToHost(handling: Handling, host: Host, decision: JobDecision): Promise<void> {
  switch (decision.action) {
    case 'hand_back':
    case 'take_back':
    case 'claim_lost':
    case 'succeed':
      return
    case 'cancel':
    case 'fail':
      if (decision.confirmed === false) host.backOff('cancel_ignored')
      return
    case 'give_up':
      if (isOfDevice(decision.cause)) return freeMemory(handling, host)
      if (decision.cause === 'host_unavailable' || decision.cause === 'stalled') {
        host.backOff(decision.cause)
      }
      return
    default:
      return assertNever(decision)
  }
}

async function freeMemory({ checkClaim, log }: Handling, { client }: Host): Promise<void> {
  await checkedHost(client, checkClaim)
    .free()
    .catch((error: unknown) => log.warn({ err: error }, 'memory not freed'))
}

/** Timers count in 32 bits: a limit beyond 24 days ends with the next attempt, or never. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Stops a job whose time is up, over all its attempts. @returns stops watching */
export async function watchForTimeout({ writer, deps, stop }: Handling): Promise<() => void> {
  const at = timeoutAt(writer.snapshot)
  if (at === null) return () => undefined
  const leftMs = Math.max(0, at - (await deps.store.now()))
  if (leftMs > LONGEST_TIMER_MS) return () => undefined
  return deps.clock.after(leftMs, () => stop.stop('timeout'))
}
