/** The story of one job, from its ticket to its end. The only place that acts on decisions and speaks BullMQ. */
import { nodeTimings } from '@safelight/comfyui'
import type { Warning } from '@safelight/shared'
import { ticketSchema } from '@safelight/shared/server'
import { type Job, WaitingError } from 'bullmq'
import { cancelLeftover } from './cancel-leftover.ts'
import type { Seat } from '../hosts/fleet.ts'
import { type AttemptResult, runAttempt } from './attempt.ts'
import { collectJob } from './collect-job.ts'
import {
  type CollectDecision,
  type Conclusion,
  decideThrown,
  HOST_UNAVAILABLE,
  INTERNAL,
} from './decide-end.ts'
import { type Ending, toEnd, toQueuedAgain, toRunning } from './decisions.ts'
import { planTurn, type RunPlan } from './plan-turn.ts'
import { createStopSwitch } from './stop.ts'
import { createTurn, type Ticket, type Turn, type TurnDeps } from './turn.ts'

/** How the ticket leaves our hands: the job has ended (or is another's), or somebody must take it again. */
type Outcome = 'done' | 'hand_back'

const CANCELED: Conclusion = { action: 'cancel', confirmed: true }

/** What is thrown here could not even be written down: BullMQ brings the ticket back after a moment. */
export function createProcessor(deps: TurnDeps) {
  // exactly three parameters: BullMQ hands over a signal only to those who declare it
  return async function processJob(job: Job, token?: string, signal?: AbortSignal): Promise<void> {
    const { jobId } = ticketSchema.parse(job.data)
    const place = deps.room.enter()
    let outcome: Outcome
    try {
      outcome = await takeTurn(deps, { jobId, place, stop: createStopSwitch(signal) })
    } finally {
      place.leave()
    }
    if (outcome === 'done') return
    // to the head of its priority, no attempt spent; moveToDelayed would send it to the tail
    await job.moveToWait(token)
    throw new WaitingError()
  }
}

async function takeTurn(deps: TurnDeps, ticket: Ticket): Promise<Outcome> {
  const claim = await deps.store.claim(ticket.jobId)
  if (!claim) return 'done'
  const plan = planTurn(claim, deps.maxAttempts)
  if (plan.action === 'none') return 'done'
  const turn = createTurn(deps, claim, ticket)
  try {
    switch (plan.action) {
      case 'confirm_cancel':
        await cancelLeftover(turn, plan.run)
        return await conclude(turn, CANCELED)
      case 'exhausted':
        return await conclude(turn, { action: 'fail', error: HOST_UNAVAILABLE })
      case 'run':
        return await findSeat(turn, plan)
      default:
        return assertNever(plan)
    }
  } finally {
    turn.close()
  }
}

async function findSeat(turn: Turn, plan: RunPlan): Promise<Outcome> {
  const { fleet, maxAttempts } = turn.deps
  const wishes = plan.run ? { prefer: plan.run.hostId } : { avoid: plan.lastHostId }
  const seat = await fleet.takeSeat(turn.jobId, wishes)
  if (!seat) return 'hand_back'
  turn.place.seated()
  try {
    const adopt = plan.run?.hostId === seat.host.hostId ? plan.run : null
    // what ran on another host is out of reach, and its promptId must not be used twice
    const attempt = plan.run && !adopt ? plan.attempt + 1 : plan.attempt
    return attempt > maxAttempts
      ? await conclude(turn, { action: 'fail', error: HOST_UNAVAILABLE })
      : await runOn(turn, seat, { attempt, adopt })
  } finally {
    await seat.release()
  }
}

async function runOn(
  turn: Turn,
  seat: Seat,
  { attempt, adopt }: { attempt: number; adopt: RunPlan['run'] },
): Promise<Outcome> {
  const { host } = seat
  turn.log.info({ hostId: host.hostId }, 'host chosen')
  const workflow = await turn.deps.store.loadWorkflow(turn.jobId)
  if (!workflow) return conclude(turn, { action: 'fail', error: INTERNAL })
  const start = { attempt, hostId: host.hostId, times: turn.stopwatch.enter('prepare') }
  // declined: its cancel came first
  const begun = await turn.writer.append((snapshot) => toRunning(snapshot, start))
  if (!begun) return conclude(turn, CANCELED)

  const result = await runAttempt(turn, { host, workflow, attempt, adopt })
  const conclusion =
    result.decision.action === 'collect'
      ? await collect(turn, seat, { result, execution: result.decision, attempt })
      : result.decision
  // the prompt is still there, or the lease is another worker's by now
  if (conclusion.action === 'hand_back' || conclusion.action === 'drop') seat.leave()
  if (conclusion.action === 'retry') host.rest(conclusion.cause)
  if (conclusion.action === 'cancel' && !conclusion.confirmed) host.rest('cancel_ignored')
  const outcome = await conclude(turn, conclusion, result.warnings)
  if (conclusion.action === 'succeed' && result.decision.action === 'collect') {
    await forget(turn, seat, result.decision.promptId)
  }
  return outcome
}

/** The host need not keep the graph and its prompts any longer. Only once the end is on record: until then it is our proof. */
async function forget(turn: Turn, { host }: Seat, promptId: string): Promise<void> {
  await host.client
    .forget(promptId)
    .catch((error: unknown) => turn.log.debug({ err: error }, 'prompt not forgotten'))
}

interface Execution {
  result: AttemptResult
  execution: CollectDecision
  attempt: number
}

async function collect(turn: Turn, seat: Seat, done: Execution): Promise<Conclusion> {
  const { result, execution, attempt } = done
  const { deps, stop, log } = turn
  turn.stopwatch.enter('collect')
  // the host may go on with its next prompt: its part is over
  await seat.release()
  seat.host.thrive()
  try {
    await collectJob(turn, { client: seat.host.client, files: execution.files, result })
    await deps.costs.learn(nodeTimings(result.tracker))
    return { action: 'succeed' }
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'outputs not collected')
    return decideThrown(error, { attempt, maxAttempts: deps.maxAttempts, stop: stop.reason })
  }
}

async function conclude(
  turn: Turn,
  conclusion: Conclusion,
  warnings: Warning[] = [],
): Promise<Outcome> {
  switch (conclusion.action) {
    case 'succeed':
      return finish(turn, { status: 'succeeded', warnings })
    case 'cancel':
      return finish(turn, { status: 'canceled', warnings })
    case 'fail':
      return finish(turn, { status: 'failed', error: conclusion.error, warnings })
    case 'retry':
      await turn.writer.append(toQueuedAgain)
      return 'hand_back'
    case 'hand_back':
      return 'hand_back'
    case 'drop':
      return 'done'
    default:
      return assertNever(conclusion)
  }
}

async function finish(turn: Turn, ending: Ending): Promise<Outcome> {
  const times = turn.stopwatch.enter(null)
  const written = await turn.writer.append((snapshot) => toEnd(snapshot, { ...ending, times }))
  if (!written) return 'done'
  const code = ending.status === 'failed' ? { code: ending.error.code } : {}
  turn.log.info({ outcome: ending.status, ...code, phases: times }, 'job finished')
  await turn.deps.extraData.drop(turn.jobId)
  return 'done'
}

function assertNever(value: never): never {
  throw new Error(`unknown decision: ${JSON.stringify(value)}`)
}
