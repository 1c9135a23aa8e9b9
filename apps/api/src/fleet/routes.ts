/** What the fleet can run: model files and node classes, by host. */
import {
  modelPageSchema,
  modelQuerySchema,
  nodeClassPageSchema,
  nodeClassQuerySchema,
} from '@safelight/shared'
import { type ApiRoute, defineRoute } from '../http/route.ts'
import type { FleetKnowledge } from '../jobs/fleet-knowledge.ts'
import { listModels } from './models.ts'
import { listNodeClasses } from './node-classes.ts'

export interface FleetDeps {
  fleet: Pick<FleetKnowledge, 'hosts'>
}

export function fleetRoutes({ fleet }: FleetDeps): ApiRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v2/models',
      operationId: 'listModels',
      tag: 'hosts',
      summary: 'Model files of the fleet',
      description:
        'What hosts known within a day list for the inputs of their nodes, by name. Forms of a name for Windows and for others count as one. A file may have come since: hosts are asked again when a job names one that is not here.',
      request: { query: modelQuerySchema },
      success: { status: 200, description: 'A page of them.', schema: modelPageSchema },
      errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
      async handle({ query }) {
        const { models, nextCursor } = listModels(await fleet.hosts(), query)
        return { body: { models, next_cursor: nextCursor } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v2/node-classes',
      operationId: 'listNodeClasses',
      tag: 'hosts',
      summary: 'Node classes of the fleet',
      description:
        'What hosts known within a day can run, by name. With `class`: those alone, with their inputs and what these take on at least one host (samplers, schedulers, models). A class that no host has is left out.',
      request: { query: nodeClassQuerySchema },
      success: { status: 200, description: 'A page of them.', schema: nodeClassPageSchema },
      errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
      async handle({ query }) {
        const { classes, nextCursor } = listNodeClasses(await fleet.hosts(), query)
        return { body: { classes, next_cursor: nextCursor } }
      },
    }),
  ]
}
