/** Liveness and readiness, for whatever runs the process. */
import { ApiError } from '@safelight/shared'
import { RedisUnavailable } from '@safelight/store'
import { z } from 'zod'
import { type RequestDeadline, withDeadline } from './deadline.ts'
import { unavailable } from './envelope.ts'
import { defineRoute } from './route.ts'

export interface HealthDeps {
  ping: () => Promise<unknown>
  isStoreFull: () => Promise<boolean>
  isClosing: () => boolean
  pingDeadline: RequestDeadline
}

const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

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

export function readyRoute({ ping, isStoreFull, isClosing, pingDeadline }: HealthDeps) {
  async function look(): Promise<void> {
    await ping()
    if (await isStoreFull()) throw new RedisUnavailable(undefined, 'full')
  }

  return defineRoute({
    method: 'get',
    path: '/readyz',
    operationId: 'getReady',
    tag: 'service',
    summary:
      'The process can take requests: Redis answers and has room, and it is not shutting down',
    description:
      '503 names the reason in `details.reason`: `closing`, or what is wrong with Redis: `away`, `full`, `read_only`, `loading`.',
    success: { status: 200, description: 'It can.', schema: healthSchema },
    errors: ['unavailable'],
    isPublic: true,
    async handle() {
      if (isClosing()) throw closing()
      try {
        await withDeadline(look(), pingDeadline)
      } catch (error) {
        throw unavailable(error)
      }
      return { body: { status: 'ok' } }
    },
  })
}
