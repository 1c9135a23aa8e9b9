/** What is told of each request, without query, headers or body: those may carry secrets. */
import type { ApiEvents, Clock, Emit, Logger } from '@safelight/runtime'
import type { RequestHandler, Response } from 'express'

export interface RequestLogDeps {
  emit: Emit<ApiEvents>
  log: Logger
  clock: Clock
}

/** What is known of an answer when it has been given; kept in its `locals`. */
interface Noted {
  /** The pattern of the route that took the request. */
  route?: string
  /** Of the refusal. */
  code?: string
  /** Its details. */
  details?: Readonly<Record<string, unknown>> | null
  isHeld?: boolean
  traceId?: string
}

export function note(response: Response, noted: Noted): void {
  Object.assign(response.locals, noted)
}

/** `details.reason` of a submission that asks for a label which no host has. */
export const NO_SUCH_POOL = 'no_such_pool'

function toNoSuchPool(details: Noted['details']): string | null {
  const { reason, pool } = details ?? {}
  return reason === NO_SUCH_POOL && typeof pool === 'string' ? pool : null
}

const SUBMIT = { method: 'POST', route: '/api/v2/jobs' }

export function logRequests({ emit, log, clock }: RequestLogDeps): RequestHandler {
  return (request, response, next) => {
    const startedAt = clock.steady()
    const { method, path } = request
    response.once('close', () => {
      const ms = Math.round(clock.steady() - startedAt)
      const { route, code, details, isHeld = false, traceId }: Noted = response.locals
      const status = response.statusCode
      // the path may hold ids: it is for people who look for them
      const inTrace = traceId !== undefined && { trace_id: traceId }
      log.debug({ method, path, status, ms, ...inTrace }, 'request')
      emit('request:answered', { method, route: route ?? null, status, ms, isHeld })
      if (code !== undefined && method === SUBMIT.method && route === SUBMIT.route)
        emit('job:refused', { code, noSuchPool: toNoSuchPool(details) })
    })
    next()
  }
}
