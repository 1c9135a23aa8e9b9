/** The hosts as their workers see them, and the switch that keeps new prompts from one. */
import type { ApiEvents, Emit } from '@safelight/runtime'
import {
  ApiError,
  drainRequestSchema,
  hostListSchema,
  type HostView,
  hostViewSchema,
} from '@safelight/shared'
import type { HostRegistry, JobsThere, ReportedHost } from '@safelight/store'
import { z } from 'zod'
import { defineRoute, type ApiRoute } from '../http/route.ts'

export interface HostDeps {
  hosts: Pick<HostRegistry, 'list' | 'drain' | 'resume'>
  jobsThere: JobsThere
  emit: Emit<ApiEvents>
}

const hostParams = z.object({
  id: z
    .string()
    .regex(/^[\w.:[\]-]{1,255}$/)
    .meta({ example: 'gpu-1.lan:8188' }),
})

export function hostRoutes({ hosts, jobsThere, emit }: HostDeps): ApiRoute[] {
  const list = async () => jobsThere(await hosts.list())

  /** Read after the change: what is there now is all that there will be, once it is drained. */
  async function requireHost(changed: ReportedHost | null): Promise<HostView> {
    const host = changed && (await list()).find(({ id }) => id === changed.id)
    if (host) return host
    throw new ApiError('not_found', 'There is no host with this id.')
  }

  return [
    defineRoute({
      method: 'get',
      path: '/api/v2/hosts',
      operationId: 'listHosts',
      tag: 'hosts',
      summary: 'Hosts and how they are',
      description:
        'Every host that a worker drives, or drove within a day. What several workers see of one host is one entry: a dead executor counts when one worker met it, being offline when all find it so. Which of our jobs are there (`running`, `staged`, `collecting`) is exact; which of them runs is as of the last report.',
      success: { status: 200, description: 'The hosts, by id.', schema: hostListSchema },
      errors: ['unauthorized', 'upstream_error', 'unavailable'],
      async handle() {
        return { body: { hosts: await list() } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v2/hosts/{id}/drain',
      operationId: 'drainHost',
      tag: 'hosts',
      summary: 'Keep new prompts from a host',
      description:
        'From the answer on it is given nothing new (in the middle of an upgrade: within two seconds, by workers of the version before). What it has already runs to its end, or goes back to its place in line where no worker has begun with it; once `running`, `staged` and `collecting` are empty, nothing of ours is there any more. The drain stays until it is lifted, whatever restarts. Draining again changes the reason.',
      request: { params: hostParams, body: drainRequestSchema.optional() },
      bodyIsOptional: true,
      success: { status: 200, description: 'The host.', schema: hostViewSchema },
      errors: ['invalid_request', 'unauthorized', 'not_found', 'upstream_error', 'unavailable'],
      async handle({ params, body }) {
        const host = await requireHost(await hosts.drain(params.id, body?.reason ?? null))
        const reason = host.drain?.reason ?? null
        emit('host:drain-asked', { hostId: host.id, drain: true, reason })
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
        const host = await requireHost(await hosts.resume(params.id))
        emit('host:drain-asked', { hostId: host.id, drain: false, reason: null })
        return { body: host }
      },
    }),
  ]
}
