/** An attempt on the host where the job has its seat: run, collect, and what the host is told afterwards. */
import { assertNever } from '@safelight/shared'
import type { FailedAttempt, Run } from '@safelight/store'
import type { Seat } from '../hosts/fleet.ts'
import { runAttempt } from './attempt.ts'
import { collect, forget } from './collect-job.ts'
import { conclude, finish, type Outcome, SPENT } from './conclude.ts'
import { type Conclusion, INTERNAL } from './decide-end.ts'
import { toRunning } from './decisions.ts'
import { guardHost } from './guard.ts'
import type { Turn } from './turn.ts'
import { watchForTimeout } from './watch-timeout.ts'

export interface Start {
  attempt: number
  failures: FailedAttempt[]
  /** The run of this very attempt that another worker began. */
  adopt: Run | null
}

/** @returns null when the job may not begin: its cancel came first, or it is another worker's */
export async function runOnHost(turn: Turn, seat: Seat, start: Start): Promise<Outcome | null> {
  const { host } = seat
  const { hostId } = host
  turn.log.info({ hostId }, 'host chosen')
  const workflow = await turn.deps.store.loadWorkflow(turn.jobId)
  if (!workflow) return finish(turn, { status: 'failed', error: INTERNAL })
  const first = { attempt: start.attempt, hostId, times: turn.stopwatch.enter('prepare') }
  if (!(await turn.writer.append((snapshot) => toRunning(snapshot, first)))) return null

  const callOff = watchForTimeout(turn)
  try {
    const result = await runAttempt(turn, { host, workflow, ...start })
    const { decision, run, warnings } = result
    const conclusion =
      decision.action === 'collect'
        ? await collect(turn, {
            client: host.client,
            files: decision.files,
            result,
            async onExecuted() {
              // the host may go on with its next prompt: its part is over
              await seat.release()
              // of an adopted prompt we have only seen the rest
              host.thrive(start.adopt ? null : turn.stopwatch.times.execute)
            },
          })
        : decision
    await tellHost(turn, seat, conclusion)
    const outcome = await conclude(turn, conclusion, { run, warnings })
    if (decision.action === 'collect' && conclusion.action === 'succeed' && outcome === SPENT) {
      await forget(turn, host.client, decision.promptId)
    }
    return outcome
  } finally {
    callOff()
  }
}

/** What the end of the attempt means for the host, before the job goes its way. */
async function tellHost(turn: Turn, seat: Seat, conclusion: Conclusion): Promise<void> {
  const { host } = seat
  switch (conclusion.action) {
    case 'hand_back':
    case 'drop':
      // the prompt is still there, or the lease is another worker's by now
      return seat.leave()
    case 'cancel':
    case 'fail':
      if (conclusion.confirmed === false) host.rest('cancel_ignored')
      return
    case 'give_up':
      if (conclusion.cause === 'out_of_memory') return free(turn, seat)
      if (conclusion.cause === 'host_unavailable' || conclusion.cause === 'stalled') {
        host.rest(conclusion.cause)
      }
      return
    case 'succeed':
      return
    default:
      return assertNever(conclusion)
  }
}

async function free({ guard, log }: Turn, { host }: Seat): Promise<void> {
  await guardHost(host.client, guard)
    .free()
    .catch((error: unknown) => log.warn({ err: error }, 'memory not freed'))
}
