/** `GET /housekeeping`: what is kept, for how long, and whether that is kept to. */
import { type HousekeepingView, housekeepingViewSchema } from '@safelight/shared'
import { type ApiRoute, defineRoute } from '../http/route.ts'

export interface HousekeepingDeps {
  read: () => Promise<HousekeepingView>
}

export function housekeepingRoute({ read }: HousekeepingDeps): ApiRoute {
  return defineRoute({
    method: 'get',
    path: '/api/v2/housekeeping',
    operationId: 'getHousekeeping',
    tag: 'service',
    summary: 'What is kept, and for how long',
    description:
      'Of each kind: how many there are, how old the oldest is, how long it is kept and which setting says so, when it was swept last and what that took away. `late` is what should be gone and is not, and what nobody has swept for longer than two pauses and a minute. The same at every API; some seconds old at most.',
    request: {},
    success: { status: 200, description: 'Each kind.', schema: housekeepingViewSchema },
    errors: ['unauthorized', 'upstream_error', 'unavailable'],
    async handle() {
      return { body: await read() }
    },
  })
}
