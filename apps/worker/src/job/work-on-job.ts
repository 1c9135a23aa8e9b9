/** The story of one job, from its claim to the way its ticket leaves our hands. */
import type { PromptEnd } from '@safelight/comfyui'
import { assertNever, isTerminal, type JobError, takesPrompts } from '@safelight/shared'
import type { AttemptRecord, Claim, FailedAttempt } from '@safelight/store'
import { isOnTrial } from '../hosts/condition.ts'
import type { Host } from '../hosts/host.ts'
import { createTracker, withPartial } from './attempt.ts'
import { collectJob } from './collect-job.ts'
import { againAfter, conclude, finish, SPENT, type TicketReturn, toBacklog } from './conclude.ts'
import { confirmCancel } from './confirm-cancel.ts'
import { HOST_UNAVAILABLE, INTERNAL } from './decide-job.ts'
import { type Handling, type HandlingDeps, type JobTicket, openHandling } from './handling.ts'
import { toRunning } from './job-events.ts'
import { keepTexts } from './late-outputs.ts'
import { findMissed } from './missed-pictures.ts'
import { concludeMishap } from './mishap.ts'
import { stopOrphan, stopUnseen } from './orphan.ts'
import { type BeginPlan, type HandlingPlan, planHandling, toStanding } from './plan-handling.ts'
import { type AttemptStart, runOnHost, toCollect, watchForTimeout } from './run-on-host.ts'
import { SUSPECT_FROM } from './suspects.ts'
import { waitForHost } from './wait-for-host.ts'

/** Whatever is thrown meanwhile, the job is put down again: a claim that is left is a worker that died. */
export async function workOnJob(deps: HandlingDeps, ticket: JobTicket): Promise<TicketReturn> {
  let claim: Claim | null = null
  let handling: Handling | null = null
  let letGo: (() => Promise<void>) | null = null
  let ended = false
  try {
    claim = await deps.store.claim(ticket.jobId, ticket)
    // ended and forgotten, or somewhere else by now: the ticket means nothing any more
    if (!claim) return SPENT
    const plan = planHandling(claim, await deps.store.now())
    tellClaimed(deps, { ticket, claim, plan })
    ended = plan.action === 'none'
    if (ended) return SPENT
    if (isSuspect(claim, plan)) {
      letGo = await deps.suspects.take({ ...claim, jobId: ticket.jobId })
      // one that has begun stays where its prompt is
      if (!letGo && plan.action !== 'begin') return againAfter(deps.timings.adoptLookMs)
    }
    handling = openHandling(deps, claim, ticket)
    if (isSuspect(claim, plan) && !letGo) {
      const { adoptLookMs } = deps.timings
      const failures = failuresOf(handling)
      return await toBacklog(handling, { delayMs: adoptLookMs, failures, why: 'suspect' })
    }
    const returned = await act(handling, plan)
    ended = isTerminal(handling.writer.snapshot.status)
    return returned
  } catch (error) {
    return await concludeMishap(deps, { ticket, handling }, error)
  } finally {
    handling?.close()
    await letGo?.().catch((error: unknown) => deps.log.warn({ err: error }, 'company not noted'))
    if (claim && !ended) await putDown(deps, claim)
    if (claim) deps.emit('job:put-down', { jobId: ticket.jobId, token: claim.token })
  }
}

type Claimed = { ticket: JobTicket; claim: Claim; plan: HandlingPlan }

function tellClaimed({ emit }: HandlingDeps, { ticket, claim, plan }: Claimed): void {
  const { jobId, hostId } = ticket
  const { token, trace } = claim
  const place = { jobId, hostId, plan: plan.action, token }
  emit('job:claimed', { ...place, ...toStanding(claim), trace })
}

/** What only writes its end can do no harm any more. */
function isSuspect({ lost }: Claim, { action }: HandlingPlan): boolean {
  const works =
    action === 'begin' || action === 'collect' || action === 'adopt' || action === 'confirm_cancel'
  return works && lost.count >= SUSPECT_FROM
}

async function act(handling: Handling, plan: HandlingPlan): Promise<TicketReturn> {
  // it submits nothing, and may take minutes over that: jobs that came later do not wait for it
  if (plan.action !== 'begin' && plan.action !== 'adopt') handling.ticket.place.leave()
  switch (plan.action) {
    case 'none':
      return SPENT
    case 'confirm_cancel':
      return confirmCancel(handling, plan.lastAttempt)
    case 'end':
      return finish(handling, plan.jobEnd)
    case 'wait':
      return againAfter(2 * handling.deps.timings.cancelEveryMs)
    case 'end_lost':
      if (plan.lastAttempt) await stopUnseen(handling, plan.lastAttempt)
      return finish(handling, { status: 'failed', error: WORKER_LOST, deadLetter: true })
    case 'adopt':
      return adopt(handling, plan.lastAttempt)
    case 'collect':
      return whileHeld(handling, plan.lastAttempt, () =>
        collectJob(handling, plan.lastAttempt, plan.harvest),
      )
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

/** Another worker began it: its prompt is followed where it is. */
async function adopt(handling: Handling, record: AttemptRecord): Promise<TicketReturn> {
  const wait = await waitForHost(handling, record)
  if (wait) return wait
  const { attempt, failures, takenBack = 0 } = record
  const host = handling.deps.fleet.find(record.hostId)
  if (host?.state.reachable && host.hostId === handling.ticket.hostId) {
    // before it is `preparing` again
    const { phase } = handling.writer.snapshot
    const wasSubmitted = phase !== null && phase !== 'preparing'
    return useHost(handling, host, { attempt, failures, takenBack, adopt: record, wasSubmitted })
  }
  // it went away just now, or could not be reached for too long
  const end = await stopOrphan(handling, record)
  if (end?.outcome === 'succeeded') return bringHome(handling, record, end)
  const lost = { cause: 'host_unavailable', orphaned: !end, error: HOST_UNAVAILABLE } as const
  return conclude(handling, { action: 'give_up', ...lost }, { record })
}

async function begin(handling: Handling, plan: BeginPlan): Promise<TicketReturn> {
  const { attempt, failures, takenBack, orphan } = plan
  if (orphan) {
    const end = await stopOrphan(handling, orphan)
    if (end?.outcome === 'succeeded') return bringHome(handling, orphan, end)
  }
  const host = handling.deps.fleet.find(handling.ticket.hostId)
  const fit = host && (takesPrompts(host.condition.state) || isOnTrial(host.condition))
  // it has changed since it was chosen, or others need the slot more: nothing has been begun there
  if (!fit || handling.stop.withdrawal.aborted)
    return toBacklog(handling, { delayMs: 0, failures, why: fit ? 'withdrawn' : 'host_unfit' })
  const start = { attempt, failures, takenBack, adopt: null, wasSubmitted: false }
  return useHost(handling, host, start)
}

async function useHost(handling: Handling, host: Host, start: AttemptStart): Promise<TicketReturn> {
  const letGo = host.listing.hold(() => handling.stop.stop('shutdown'))
  try {
    // a cancel that came between the claim and the beginning
    return (await runOnHost(handling, host, start)) ?? (await confirmCancel(handling, start.adopt))
  } finally {
    letGo()
  }
}

/** It had succeeded before it could be stopped: the picture is there, and nothing runs twice. */
async function bringHome(
  handling: Handling,
  record: AttemptRecord,
  end: PromptEnd & { outcome: 'succeeded' },
): Promise<TicketReturn> {
  const { deps, asked, stopwatch, ticket } = handling
  const { attempt, hostId } = record
  ticket.place.leave()
  const host = deps.fleet.find(hostId)
  if (!asked) return finish(handling, { status: 'failed', error: INTERNAL })
  const { workflow } = asked
  const start = { attempt, hostId, times: stopwatch.enter('prepare') }
  if (!(await handling.writer.append((snapshot) => toRunning(snapshot, start)))) {
    return finish(handling, { status: 'canceled' })
  }
  const tracker = await createTracker(handling, workflow, host)
  const { warnings } = handling.writer.snapshot
  const partial = end.partial ?? null
  const result = withPartial({ tracker, warnings }, partial)
  stopwatch.enter('collect')
  const collect = {
    action: 'collect',
    promptId: end.promptId,
    files: end.outputs,
    partial,
  } as const
  const { texts = [] } = end
  const more = await keepTexts(handling, { hostId, asked, texts })
  const { outputs } = handling.writer.snapshot
  const missed = findMissed({ workflow, tracker, outputs, maxOf: () => null, more })
  if (missed) return conclude(handling, missed, { record, warnings })
  return await whileHeld(handling, record, () =>
    toCollect(handling, collect, { ...result, record, asked, more }),
  )
}

function failuresOf({ lastAttempt }: Handling): FailedAttempt[] {
  return lastAttempt?.failures ?? []
}

/** The host is needed until what was made there is carried away. */
async function whileHeld(
  handling: Handling,
  { hostId }: AttemptRecord,
  act: () => Promise<TicketReturn>,
): Promise<TicketReturn> {
  const letGo = handling.deps.fleet.find(hostId)?.listing.hold(() => handling.stop.stop('shutdown'))
  const callOff = await watchForTimeout(handling)
  try {
    return await act()
  } finally {
    callOff()
    letGo?.()
  }
}
