/** The metrics of an API that are made from its events. */
import type { ApiEvents, Listening } from '@safelight/runtime'
import { ANY_POOL_NAME } from '@safelight/shared'
import { type ApiMetrics, countCommonEvents } from '@safelight/telemetry'

export interface CountOptions {
  events: Listening<ApiEvents>
  metrics: ApiMetrics
  /** Pools that hosts have; whoever submits may name any. */
  knownPools: () => Promise<ReadonlySet<string>>
}

const NO_ROUTE = 'none'
const NO_POOL = 'other'
/** Labels that are remembered when no host has them any more. */
const MOST_POOLS = 1_000

export function countApiEvents({ events, metrics, knownPools }: CountOptions): void {
  countCommonEvents(events, metrics)
  const pools = new Set<string>()
  const readPools = async () => {
    const known = await knownPools()
    for (const pool of known) if (pools.size < MOST_POOLS) pools.add(pool)
    return known
  }
  metrics.addReading({
    name: 'pools',
    gauges: [],
    async read() {
      // a rate needs the 0 that it rose from
      for (const pool of await readPools()) {
        metrics.inc('jobs_accepted_total', { pool }, 0)
        metrics.inc('jobs_refused_no_such_pool_total', { pool }, 0)
      }
      return []
    },
  })
  events.on('job:accepted', ({ pool, replayed }) => {
    if (replayed) metrics.inc('jobs_replayed_total', {})
    if (pool === null) return metrics.inc('jobs_accepted_total', { pool: ANY_POOL_NAME })
    readPools().then(
      (known) => metrics.inc('jobs_accepted_total', { pool: known.has(pool) ? pool : NO_POOL }),
      () => metrics.inc('jobs_accepted_total', { pool: NO_POOL }),
    )
  })
  events.on('job:deleted', () => metrics.inc('jobs_deleted_total', {}))
  events.on('jobs:purged', ({ jobs }) => metrics.inc('jobs_deleted_total', {}, jobs))
  events.on('job:repeated', () => metrics.inc('jobs_replayed_total', {}))
  events.on('job:refused', ({ code, noSuchPool }) => {
    metrics.inc('jobs_refused_total', { code })
    if (noSuchPool === null) return
    const pool = pools.has(noSuchPool) ? noSuchPool : NO_POOL
    metrics.inc('jobs_refused_no_such_pool_total', { pool })
  })
  events.on('request:answered', ({ method, route, status, ms, isHeld }) => {
    const labels = { method, route: route ?? NO_ROUTE }
    metrics.inc('http_requests_total', { ...labels, status: String(status) })
    if (!isHeld) metrics.observe('http_request_duration_seconds', labels, ms / 1_000)
  })
  const open = { socket: 0, sse: 0, wait: 0 }
  metrics.addReading({
    name: 'watchers',
    gauges: ['watchers'],
    maxAgeMs: 0,
    read: () =>
      (['socket', 'sse', 'wait'] as const).map(
        (transport) => ['watchers', { transport }, open[transport]] as const,
      ),
  })
  events.on('watch:opened', ({ transport }) => void (open[transport] += 1))
  events.on('watch:closed', ({ transport }) => void (open[transport] -= 1))
  events.on('watch:refused', ({ transport, code }) =>
    metrics.inc('watches_refused_total', { transport, code }),
  )
  events.on('watch:resynced', ({ transport }) => metrics.inc('watch_resyncs_total', { transport }))
  events.on('watch:delivered', ({ transport, events: count, bytes }) => {
    metrics.inc('events_delivered_total', { transport }, count)
    metrics.inc('delivered_bytes_total', { transport }, bytes)
  })
  events.on('watch:dropped', ({ transport, events: count }) =>
    metrics.inc('events_dropped_total', { transport }, count),
  )
}
