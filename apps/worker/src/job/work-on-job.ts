/** The story of one job, from its claim to the way its ticket leaves our hands. */
import type { PromptEnd } from '@safelight/comfyui'
import { assertNever, type JobError } from '@safelight/shared'
import type { AttemptRecord, Claim } from '@safelight/store'
import type { Slot } from '../hosts/fleet.ts'
import { createTracker, withPartial } from './attempt.ts'
import { runCollectPhase } from './collect-job.ts'
import { BACK, conclude, finish, keepPlace, SPENT, type TicketReturn } from './conclude.ts'
import { HOST_UNAVAILABLE, INTERNAL } from './decide-job.ts'
import { type Handling, type HandlingDeps, type JobTicket, openHandling } from './handling.ts'
import { toRunning } from './job-events.ts'
import { concludeMishap } from './mishap.ts'
import { noteOrphan, stopOrphan, stopUnseen } from './orphan.ts'
import { type BeginPlan, type HandlingPlan, planHandling } from './plan-handling.ts'
import { hostsToAvoid, hostsToShun, wantsMemory } from './retry-policy.ts'
import { type AttemptStart, runOnHost } from './run-on-host.ts'
import { SUSPECT_FROM } from './suspects.ts'

/** Whatever is thrown meanwhile, the job is put down again: a claim that is left is a worker that died. */
export async function workOnJob(deps: HandlingDeps, ticket: JobTicket): Promise<TicketReturn> {
  let claim: Claim | null = null
  let handling: Handling | null = null
  let letGo: (() => Promise<void>) | null = null
  let ended = false
  try {
    claim = await deps.store.claim(ticket.jobId)
    if (!claim) return SPENT
    const plan = planHandling(claim, await deps.store.now())
    ended = plan.action === 'none'
    if (ended) return SPENT
    if (isSuspect(claim, plan)) {
      letGo = await deps.suspects.take({ ...claim, jobId: ticket.jobId })
      if (!letGo) return keepPlace(deps.timings.adoptLookMs)
    }
    handling = openHandling(deps, claim, ticket)
    const returned = await act(handling, plan)
    ended = returned === SPENT
    return returned
  } catch (error) {
    return await concludeMishap(deps, { ticket, handling }, error)
  } finally {
    handling?.close()
    await letGo?.().catch((error: unknown) => deps.log.warn({ err: error }, 'company not noted'))
    if (claim && !ended) await putDown(deps, claim)
  }
}

/** What only writes its end can do no harm any more. */
function isSuspect({ lost }: Claim, { action }: HandlingPlan): boolean {
  const works = action === 'begin' || action === 'adopt' || action === 'confirm_cancel'
  return works && lost.count >= SUSPECT_FROM
}

async function act(handling: Handling, plan: HandlingPlan): Promise<TicketReturn> {
  switch (plan.action) {
    case 'none':
      return SPENT
    case 'confirm_cancel':
      return confirmCancel(handling, plan.lastAttempt)
    case 'end':
      return finish(handling, plan.jobEnd)
    case 'wait':
      return keepPlace(2 * handling.deps.timings.cancelEveryMs)
    case 'end_lost':
      if (plan.lastAttempt) await stopUnseen(handling, plan.lastAttempt)
      return finish(handling, { status: 'failed', error: WORKER_LOST, deadLetter: true })
    case 'adopt':
      return adopt(handling, plan.lastAttempt)
    case 'begin':
      return begin(handling, plan)
    default:
      return assertNever(plan)
  }
}

async function putDown({ store, log }: HandlingDeps, { token, snapshot }: Claim): Promise<void> {
  const { jobId } = snapshot
  await store
    .putDown(jobId, token)
    .catch((error: unknown) => log.warn({ jobId, err: error }, 'job not put down'))
}

const WORKER_LOST: JobError = {
  code: 'worker_lost',
  message: 'Three workers were lost while they had this job in hand.',
}

/** Nobody held the job when its cancel was asked: whoever can reach the host sees to it. */
async function confirmCancel(
  handling: Handling,
  record: AttemptRecord | null,
): Promise<TicketReturn> {
  if (record) {
    const wait = await waitForHost(handling, record)
    if (wait) return wait
    const end = await stopOrphan(handling, record)
    if (!end || end.outcome === 'stalled') await noteOrphan(handling, record)
  }
  return finish(handling, { status: 'canceled' })
}

/** Another worker began it: its prompt is followed, or collected, where it is. */
async function adopt(handling: Handling, record: AttemptRecord): Promise<TicketReturn> {
  const wait = await waitForHost(handling, record)
  if (wait) return wait
  const { fleet } = handling.deps
  const { attempt, failures, hostId } = record
  const slot = fleet.find(hostId)?.state.reachable
    ? await fleet.takeSlot(handling.jobId, { prefer: hostId })
    : null
  if (slot?.host.hostId === hostId) {
    // before it is `preparing` again
    const { phase } = handling.writer.snapshot
    const wasSubmitted = phase !== null && phase !== 'preparing'
    return useSlot(handling, slot, { attempt, failures, adopt: record, wasSubmitted })
  }
  // it went away just now, or nobody could reach it for too long
  await slot?.release()

  const end = await stopOrphan(handling, record)
  if (end?.outcome === 'succeeded') return bringHome(handling, record, end)
  const lost = { cause: 'host_unavailable', orphaned: !end, error: HOST_UNAVAILABLE } as const
  return conclude(handling, { action: 'give_up', ...lost }, { record })
}

/** @returns how the ticket leaves while its job waits for a worker that can reach the host; null when it need not, or not any longer */
async function waitForHost(
  handling: Handling,
  record: AttemptRecord,
): Promise<TicketReturn | null> {
  const { deps, log } = handling
  if (deps.fleet.find(record.hostId)?.state.reachable) return null
  const now = await deps.store.now()
  const since = record.unreachableSince ?? now
  if (now - since >= deps.adoptWaitMs) return null
  if (record.unreachableSince === null) {
    log.info({ hostId: record.hostId }, 'waiting for a worker that can reach the host')
    await handling.saveAttempt({ ...record, unreachableSince: since })
  }
  return keepPlace(deps.timings.adoptLookMs)
}

async function begin(handling: Handling, plan: BeginPlan): Promise<TicketReturn> {
  const { attempt, failures, orphan } = plan
  if (orphan) {
    const end = await stopOrphan(handling, orphan)
    if (end?.outcome === 'succeeded') return bringHome(handling, orphan, end)
  }
  const { fleet, timings, clock } = handling.deps
  const { avoidForMs, avoidLookMs } = timings
  const avoid = hostsToAvoid(failures)
  const shun = hostsToShun(failures, { nowMs: clock.now(), avoidForMs })
  const wishes = { avoid, shun, wantsMemory: wantsMemory(failures) }
  const slot = await fleet.takeSlot(handling.jobId, wishes)
  if (slot) return useSlot(handling, slot, { attempt, failures, adopt: null, wasSubmitted: false })
  // it may be that only this job must not have what is free: whoever is next in line can
  return shun.length > 0 ? { ticket: 'waits', delayMs: avoidLookMs, before: 'equals' } : BACK
}

async function useSlot(handling: Handling, slot: Slot, start: AttemptStart): Promise<TicketReturn> {
  handling.ticket.onSlot()
  const letGo = slot.host.listing.hold(() => handling.stop.stop('shutdown'))
  try {
    const returned = await runOnHost(handling, slot, start)
    // a cancel that came between the claim and the beginning
    return returned ?? (await confirmCancel(handling, start.adopt))
  } finally {
    // the slot is the successor's then
    if (handling.writer.claimLost) slot.handOver()
    await slot.release()
    letGo()
  }
}

/** It had succeeded before it could be stopped: the picture is there, and nothing runs twice. */
async function bringHome(
  handling: Handling,
  record: AttemptRecord,
  end: PromptEnd & { outcome: 'succeeded' },
): Promise<TicketReturn> {
  const { deps, jobId, stopwatch } = handling
  const { attempt, hostId } = record
  const host = deps.fleet.find(hostId)
  const client = deps.connect(hostId, record.hostUrl)
  const workflow = await deps.store.loadWorkflow(jobId)
  if (!workflow || !client) return finish(handling, { status: 'failed', error: INTERNAL })
  const start = { attempt, hostId, times: stopwatch.enter('prepare') }
  if (!(await handling.writer.append((snapshot) => toRunning(snapshot, start)))) {
    return finish(handling, { status: 'canceled' })
  }
  const tracker = await createTracker(handling, workflow, host)
  await handling.saveAttempt({ ...record, unreachableSince: null })
  const { warnings } = handling.writer.snapshot
  const result = withPartial({ tracker, warnings }, end.partial ?? null)
  const decision = await runCollectPhase(handling, {
    client,
    files: end.outputs,
    result,
  })
  return conclude(handling, decision, { record, warnings: result.warnings })
}
