/** Whether a process lives and can work, and what keeps it from that: `/livez` and `/readyz`. */
import { type Clock, startTimeLimit } from '@safelight/runtime'
import type { AdminRoute } from '../admin/admin-route.ts'

/** What keeps a process from being well. */
export interface HealthReason {
  /** From a closed list: `closing`, `redis_away`, … */
  code: string
  /** For people. No secret, no host's address, nothing a user has sent. */
  message: string
  /** It does the rest of its work all the same: no reason to give it nothing to do. */
  degrades?: true
}

/** Looks now, or says what was seen lately. @returns nothing when all is well. Never changes anything; may be asked often. */
export type HealthCheck = () => readonly HealthReason[] | Promise<readonly HealthReason[]>

export interface Health {
  /** `degraded`: well enough to be given work. */
  status: 'ok' | 'degraded' | 'unavailable'
  reasons: HealthReason[]
}

export interface JudgeOptions {
  clock: Clock
  /** What takes longer is a reason itself. */
  withinMs: number
}

/** Asks all of them at once; one that fails, or does not answer in time, is a reason like any other. */
export async function judgeHealth(
  checks: readonly HealthCheck[],
  options: JudgeOptions,
): Promise<Health> {
  const found = await Promise.all(checks.map((check) => look(check, options)))
  const reasons = found.flat()
  return { status: toStatus(reasons), reasons }
}

export function toStatus(reasons: readonly HealthReason[]): Health['status'] {
  if (reasons.length === 0) return 'ok'
  return reasons.every(({ degrades }) => degrades) ? 'degraded' : 'unavailable'
}

async function look(
  check: HealthCheck,
  { clock, withinMs }: JudgeOptions,
): Promise<readonly HealthReason[]> {
  let callOff = () => {}
  const late = new Promise<HealthReason[]>((resolve) => {
    const reason = { code: 'no_answer', message: `A check gave no answer within ${withinMs} ms.` }
    callOff = startTimeLimit({ ms: withinMs, clock, onExpired: () => resolve([reason]) })
  })
  try {
    return await Promise.race([(async () => check())(), late])
  } catch {
    return [{ code: 'check_failed', message: 'A check failed.' }]
  } finally {
    callOff()
  }
}

export interface HealthChecks {
  /** Each a reason to start the process anew. */
  live: readonly HealthCheck[]
  /** Each a reason to give it nothing to do for now, unless it only degrades. */
  ready: readonly HealthCheck[]
}

/** What a process says until it has what it needs to work: it lives, and whoever starts it anew only makes it begin again. */
export const STARTING: HealthReason = {
  code: 'starting',
  message: 'It is starting, and waits for what it needs.',
}

/** A check that asks somebody gives up before, and says who it was. */
const WITHIN_MS = 2_000

export function healthRoutes(
  { live, ready }: HealthChecks,
  { clock }: Pick<JudgeOptions, 'clock'>,
): AdminRoute[] {
  const answer = async (checks: readonly HealthCheck[]) => {
    const health = await judgeHealth(checks, { clock, withinMs: WITHIN_MS })
    return { status: health.status === 'unavailable' ? 503 : 200, body: health }
  }
  return [
    {
      path: '/livez',
      summary: 'Whether the process lives; 503 with reasons: start it anew',
      isPublic: true,
      read: () => answer(live),
    },
    {
      path: '/readyz',
      summary:
        'Whether it can work; 503 with reasons: it is shutting down, or something it needs is away; degraded: some of it',
      isPublic: true,
      read: () => answer(ready),
    },
  ]
}
