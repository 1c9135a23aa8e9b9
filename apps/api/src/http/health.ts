/** Liveness and readiness, for whatever runs the process. */
import { ApiError } from '@safelight/shared'
import { type OutageReason, RedisUnavailable } from '@safelight/store'
import { type HealthReason, toStatus } from '@safelight/telemetry'
import { z } from 'zod'
import { type RequestDeadline, withDeadline } from './deadline.ts'
import { unavailable } from './envelope.ts'
import { defineRoute } from './route.ts'

export interface HealthDeps {
  ping: () => Promise<unknown>
  /** Why Redis does not answer, when it does not. */
  outage: () => OutageReason
  refuseWhenStoreFull: () => Promise<void>
  isClosing: () => boolean
  pingDeadline: RequestDeadline
}

const reasonSchema = z.object({
  code: z.string(),
  message: z.string(),
  degrades: z.literal(true).optional(),
})

const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded']).meta({
      description: '`degraded`: new jobs are refused; reads, watches and cancels are not.',
    }),
    reasons: z.array(reasonSchema).optional().meta({ description: 'What keeps it from being ok.' }),
  })
  .meta({ id: 'Health' })

export function liveRoute() {
  return defineRoute({
    method: 'get',
    path: '/livez',
    operationId: 'getLive',
    tag: 'service',
    summary: 'The process runs',
    success: { status: 200, description: 'It does.', schema: healthSchema },
    errors: [],
    isPublic: true,
    handle: () => ({ body: { status: 'ok' } }),
  })
}

function closing(): ApiError {
  const message = 'This process is shutting down.'
  return new ApiError('unavailable', message, {
    details: { reason: 'closing' },
    retryAfterSeconds: 2,
  })
}

/** New jobs are refused meanwhile; what is there can be read, watched and mostly canceled, so nobody is to be kept away. */
const DEGRADES: ReadonlySet<OutageReason> = new Set(['full', 'read_only', 'unreplicated'])

/** What keeps it from taking requests, or some of them, for probes. */
export function createReadyCheck(deps: HealthDeps): () => Promise<HealthReason[]> {
  return async () => (await findTrouble(deps))?.reasons ?? []
}

async function findTrouble(deps: HealthDeps) {
  const { ping, outage, refuseWhenStoreFull, isClosing, pingDeadline } = deps
  async function look(): Promise<void> {
    await ping()
    await refuseWhenStoreFull()
  }

  if (isClosing()) return toTrouble(closing(), { code: 'closing' })
  try {
    await withDeadline(look(), pingDeadline)
    return null
  } catch (cause) {
    const named = cause instanceof RedisUnavailable && cause.reason !== 'away' ? cause : null
    const reason = named?.reason ?? outage()
    const degrades = DEGRADES.has(reason) && ({ degrades: true } as const)
    const error = unavailable(named ?? new RedisUnavailable(cause, reason))
    return toTrouble(error, { code: `redis_${reason}`, ...degrades })
  }
}

function toTrouble(error: ApiError, reason: Omit<HealthReason, 'message'>) {
  return { error, reasons: [{ ...reason, message: error.message }] }
}

export function readyRoute(deps: HealthDeps) {
  return defineRoute({
    method: 'get',
    path: '/readyz',
    operationId: 'getReady',
    tag: 'service',
    summary: 'The process can take requests: Redis answers, and it is not shutting down',
    description:
      '503 names the reason in `details.reason`: `closing`, or what is wrong with Redis: `away`, `loading`, `denied`; `details.reasons` has a message for each. When Redis takes no new jobs, but can be read, the answer is 200 and `degraded`.',
    success: { status: 200, description: 'It can.', schema: healthSchema },
    errors: ['unavailable'],
    isPublic: true,
    async handle() {
      const trouble = await findTrouble(deps)
      if (!trouble) return { body: { status: 'ok', reasons: [] } }
      const { error, reasons } = trouble
      const status = toStatus(reasons)
      if (status !== 'unavailable') return { body: { status, reasons } }
      const { message, retryAfterSeconds, details, cause } = error
      throw new ApiError('unavailable', message, {
        ...(retryAfterSeconds !== null && { retryAfterSeconds }),
        details: { ...details, reasons },
        cause,
      })
    },
  })
}
