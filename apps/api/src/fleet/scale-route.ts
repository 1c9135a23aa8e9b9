/** `GET /scale`: numbers for KEDA and whatever else starts and stops hosts. */
import { type Clock, remember } from '@safelight/runtime'
import { scaleQuerySchema, scaleViewSchema } from '@safelight/shared'
import type { HostRegistry, PoolLoads } from '@safelight/store'
import { type ApiRoute, defineRoute } from '../http/route.ts'
import { poolNames, toScale } from './scale.ts'

export interface ScaleDeps {
  poolLoads: () => Promise<PoolLoads>
  hosts: Pick<HostRegistry, 'list'>
  /** Redis' time. */
  clock: Pick<Clock, 'now'>
  /** Several scalers ask for a pool each at the same moment. */
  remembering: { clock: Pick<Clock, 'steady'>; maxAgeMs: number }
}

export function scaleRoute({ poolLoads, hosts, clock, remembering }: ScaleDeps): ApiRoute {
  const { get: look } = remember(async () => {
    const [loads, views] = await Promise.all([poolLoads(), hosts.list()])
    return { loads, hosts: views }
  }, remembering)
  return defineRoute({
    method: 'get',
    path: '/api/v2/scale',
    operationId: 'getScale',
    tag: 'hosts',
    summary: 'How many hosts the work is for',
    description:
      'What waits and runs in each pool, and how many hosts that is work for. With `pool` the numbers are at the top level, as scalers read them (KEDA: `metrics-api`, `valueLocation: wanted_hosts`).',
    request: { query: scaleQuerySchema },
    success: { status: 200, description: 'The numbers.', schema: scaleViewSchema },
    errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
    async handle({ query }) {
      const facts = { ...(await look()), nowMs: clock.now(), targetMs: query.target_s * 1_000 }
      if (query.pool) return { body: toScale(query.pool, facts) }
      const pools = poolNames(facts).map((name) => [name, toScale([name], facts)])
      return { body: { pools: Object.fromEntries(pools) } }
    },
  })
}
