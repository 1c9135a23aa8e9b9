/** The hosts as their workers see them, and the switch that keeps new prompts from one. */
import type { Logger } from '@safelight/runtime'
import {
  ApiError,
  drainRequestSchema,
  hostListSchema,
  type HostView,
  hostViewSchema,
} from '@safelight/shared'
import type { HostRegistry } from '@safelight/store'
import { z } from 'zod'
import { defineRoute, type ApiRoute } from '../http/route.ts'

export interface HostDeps {
  hosts: Pick<HostRegistry, 'list' | 'drain' | 'resume'>
  log: Logger
}

const hostParams = z.object({
  id: z
    .string()
    .regex(/^[\w.:[\]-]{1,255}$/)
    .meta({ example: 'gpu-1.lan:8188' }),
})

export function hostRoutes({ hosts, log }: HostDeps): ApiRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v2/hosts',
      operationId: 'listHosts',
      tag: 'hosts',
      summary: 'Hosts and how they are',
      description:
        'Every host that a worker drives, or drove within a day. What several workers see of one host is one entry: a dead executor counts when one worker met it, being offline when all find it so.',
      success: { status: 200, description: 'The hosts, by id.', schema: hostListSchema },
      errors: ['unauthorized', 'upstream_error', 'unavailable'],
      async handle() {
        return { body: { hosts: await hosts.list() } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v2/hosts/{id}/drain',
      operationId: 'drainHost',
      tag: 'hosts',
      summary: 'Keep new prompts from a host',
      description:
        'What it has already runs to its end. All workers obey within about two seconds, and the drain stays until it is lifted, whatever restarts. Draining again changes the reason.',
      request: { params: hostParams, body: drainRequestSchema.optional() },
      bodyIsOptional: true,
      success: { status: 200, description: 'The host.', schema: hostViewSchema },
      errors: ['invalid_request', 'unauthorized', 'not_found', 'upstream_error', 'unavailable'],
      async handle({ params, body }) {
        const host = requireHost(await hosts.drain(params.id, body?.reason ?? null))
        log.info({ hostId: host.id, reason: host.drain?.reason }, 'host drained')
        return { body: host }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v2/hosts/{id}/resume',
      operationId: 'resumeHost',
      tag: 'hosts',
      summary: 'Lift a drain',
      description: 'A host that is not drained stays as it is.',
      request: { params: hostParams },
      success: { status: 200, description: 'The host.', schema: hostViewSchema },
      errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
      async handle({ params }) {
        const host = requireHost(await hosts.resume(params.id))
        log.info({ hostId: host.id }, 'host resumed')
        return { body: host }
      },
    }),
  ]
}

function requireHost(host: HostView | null): HostView {
  if (host) return host
  throw new ApiError('not_found', 'There is no host with this id.')
}
