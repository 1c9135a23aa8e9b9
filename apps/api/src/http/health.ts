/** Liveness and readiness, for whatever runs the process. */
import { z } from 'zod'
import { type RequestDeadline, withDeadline } from './deadline.ts'
import { unavailable } from './envelope.ts'
import { defineRoute } from './route.ts'

export interface HealthDeps {
  ping: () => Promise<unknown>
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

export function readyRoute({ ping, isClosing, pingDeadline }: HealthDeps) {
  return defineRoute({
    method: 'get',
    path: '/readyz',
    operationId: 'getReady',
    tag: 'service',
    summary: 'The process can take requests: Redis answers and it is not shutting down',
    success: { status: 200, description: 'It can.', schema: healthSchema },
    errors: ['unavailable'],
    isPublic: true,
    async handle() {
      if (isClosing()) throw unavailable()
      try {
        await withDeadline(ping(), pingDeadline)
      } catch (error) {
        throw unavailable(error)
      }
      return { body: { status: 'ok' } }
    },
  })
}
