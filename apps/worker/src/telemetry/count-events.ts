/** The counters and histograms of a worker, from its events. */
import type { Listening, WorkerEvents } from '@safelight/runtime'
import { ANY_POOL_NAME } from '@safelight/shared'
import { toLabel } from '@safelight/store'
import { countCommonEvents, WORKER_METRICS, type WorkerMetrics } from '@safelight/telemetry'

export function countWorkerEvents(events: Listening<WorkerEvents>, metrics: WorkerMetrics): void {
  countCommonEvents(events, metrics)
  events.on('job:dispatched', ({ ms, models, pool, overtaken }) => {
    metrics.observe('dispatch_duration_seconds', {}, ms / 1_000)
    metrics.inc('dispatched_total', { models, pool: toLabel(pool) ?? ANY_POOL_NAME })
    if (overtaken > 0) metrics.inc('overtaken_total', {}, overtaken)
  })
  // a rate needs the 0 that it rose from
  const expect = ({ labels }: { labels: readonly string[] }) => {
    for (const pool of [ANY_POOL_NAME, ...labels])
      for (const models of WORKER_METRICS.dispatched_total.labels.models)
        metrics.inc('dispatched_total', { models, pool }, 0)
  }
  events.on('host:listed', expect)
  events.on('host:listed-otherwise', expect)
  events.on('job:ended', (end) => observeTimes(metrics, end))
  events.on('job:taken-back', () => metrics.inc('jobs_taken_back_total', {}))
  events.on('job:lost-its-worker', () => metrics.inc('workers_lost_total', {}))
  events.on('attempt:started', () => metrics.inc('attempts_started_total', {}))
  events.on('attempt:adopted', () => metrics.inc('attempts_adopted_total', {}))
  events.on('attempt:failed', ({ cause }) => metrics.inc('attempts_failed_total', { cause }))
  events.on('orphan:ended', ({ end }) => metrics.inc('orphans_total', { end }))
  events.on('output:stored', ({ bytes }) => {
    metrics.inc('outputs_stored_total', {})
    metrics.inc('output_bytes_total', {}, bytes)
  })
  events.on('progress:coalesced', ({ count }) => metrics.inc('progress_coalesced_total', {}, count))
  events.on('host:loads', ({ hostId, models }) =>
    metrics.inc('model_loads_total', { host: hostId }, models),
  )
  events.on('message:unknown', () => metrics.inc('unknown_messages_total', {}))
}

/** Only what it went through. What went before a second attempt is more than waiting. */
function observeTimes(metrics: WorkerMetrics, { times, attempt }: WorkerEvents['job:ended']): void {
  const { queue, prepare, execute, collect } = times
  if (queue !== null && attempt <= 1) metrics.observe('queue_duration_seconds', {}, queue / 1_000)
  if (prepare !== null) metrics.observe('prepare_duration_seconds', {}, prepare / 1_000)
  if (execute !== null) metrics.observe('execute_duration_seconds', {}, execute / 1_000)
  if (collect !== null) metrics.observe('collect_duration_seconds', {}, collect / 1_000)
}
