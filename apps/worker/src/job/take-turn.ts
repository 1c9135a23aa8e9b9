/** The story of one job, from its claim to the way its ticket leaves our hands. */
import type { PromptEnd } from '@safelight/comfyui'
import { assertNever } from '@safelight/shared'
import type { Run } from '@safelight/store'
import type { Seat } from '../hosts/fleet.ts'
import { createTracker, saveRun } from './attempt.ts'
import { collect } from './collect-job.ts'
import { BACK, conclude, finish, type Outcome, SPENT } from './conclude.ts'
import { HOST_UNAVAILABLE, INTERNAL } from './decide-end.ts'
import { toRunning } from './decisions.ts'
import { leaveBehind, stopLeftover } from './leftover.ts'
import { type BeginPlan, planTurn } from './plan-turn.ts'
import { hostsToAvoid, wantsMemory } from './retry-policy.ts'
import { runOnHost, type Start } from './run-on-host.ts'
import { createTurn, type Ticket, type Turn, type TurnDeps } from './turn.ts'
import { waitForHost } from './wait-for-host.ts'

export async function takeTurn(deps: TurnDeps, ticket: Ticket): Promise<Outcome> {
  const claim = await deps.store.claim(ticket.jobId)
  if (!claim) return SPENT
  const plan = planTurn(claim, deps.clock.now())
  if (plan.action === 'none') return SPENT
  const turn = createTurn(deps, claim, ticket)
  try {
    switch (plan.action) {
      case 'confirm_cancel':
        return await confirmCancel(turn, plan.run)
      case 'end':
        return await finish(turn, plan.ending)
      case 'adopt':
        return await adopt(turn, plan.run)
      case 'begin':
        return await begin(turn, plan)
      default:
        return assertNever(plan)
    }
  } finally {
    turn.close()
  }
}

/** Nobody held the job when its cancel was asked: whoever can reach the host sees to it. */
async function confirmCancel(turn: Turn, run: Run | null): Promise<Outcome> {
  if (run) {
    const wait = await waitForHost(turn, run)
    if (wait) return wait
    const end = await stopLeftover(turn, run)
    if (!end || end.outcome === 'stalled') await leaveBehind(turn, run)
  }
  return finish(turn, { status: 'canceled' })
}

/** Another worker began it: its prompt is followed, or collected, where it is. */
async function adopt(turn: Turn, run: Run): Promise<Outcome> {
  const wait = await waitForHost(turn, run)
  if (wait) return wait
  const { fleet } = turn.deps
  const { attempt, failures, hostId } = run
  const seat = fleet.find(hostId)?.state.reachable
    ? await fleet.takeSeat(turn.jobId, { prefer: hostId })
    : null
  if (seat?.host.hostId === hostId) {
    return useSeat(turn, seat, { attempt, failures, adopt: run })
  }
  // it went away just now, or nobody could reach it for too long
  await seat?.release()

  const end = await stopLeftover(turn, run)
  if (end?.outcome === 'succeeded') return bringHome(turn, run, end)
  const lost = { cause: 'host_unavailable', left: !end, error: HOST_UNAVAILABLE } as const
  return conclude(turn, { action: 'give_up', ...lost }, { run })
}

async function begin(turn: Turn, plan: BeginPlan): Promise<Outcome> {
  const { attempt, failures, leftover } = plan
  if (leftover) {
    const end = await stopLeftover(turn, leftover)
    if (end?.outcome === 'succeeded') return bringHome(turn, leftover, end)
  }
  const wishes = { avoid: hostsToAvoid(failures), wantsMemory: wantsMemory(failures) }
  const seat = await turn.deps.fleet.takeSeat(turn.jobId, wishes)
  return seat ? useSeat(turn, seat, { attempt, failures, adopt: null }) : BACK
}

async function useSeat(turn: Turn, seat: Seat, start: Start): Promise<Outcome> {
  turn.place.seated()
  try {
    const outcome = await runOnHost(turn, seat, start)
    // a cancel that came between the claim and the beginning
    return outcome ?? (await confirmCancel(turn, start.adopt))
  } finally {
    // the lease is the successor's then
    if (turn.writer.lost) seat.leave()
    await seat.release()
  }
}

/** It had succeeded before it could be stopped: the picture is there, and nothing runs twice. */
async function bringHome(
  turn: Turn,
  run: Run,
  end: PromptEnd & { outcome: 'succeeded' },
): Promise<Outcome> {
  const { deps, jobId, stopwatch } = turn
  const { attempt, hostId } = run
  const host = deps.fleet.find(hostId)
  const baseUrl = host?.client.baseUrl ?? run.hostUrl
  const workflow = await deps.store.loadWorkflow(jobId)
  if (!workflow || !baseUrl) return finish(turn, { status: 'failed', error: INTERNAL })
  const start = { attempt, hostId, times: stopwatch.enter('prepare') }
  if (!(await turn.writer.append((snapshot) => toRunning(snapshot, start)))) {
    return finish(turn, { status: 'canceled' })
  }
  const tracker = await createTracker(turn, workflow, host)
  await saveRun(turn, { ...run, orphanedAt: null })
  const conclusion = await collect(turn, {
    client: deps.connect(baseUrl),
    files: end.outputs,
    result: { tracker, warnings: [] },
  })
  return conclude(turn, conclusion, { run })
}
