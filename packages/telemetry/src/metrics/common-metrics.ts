/** The metrics that every process has, from its events. */
import type { CommonEvents, EventBus } from '@safelight/runtime'
import type { AdminRoute } from '../admin/admin-route.ts'
import type { CommonMetrics } from './catalogue.ts'
import { NO_CODE } from './common-catalogue.ts'

/** What any bus can give: an API's and a worker's know more events. */
type CommonBus = Pick<EventBus<CommonEvents>, 'on'>

export function countCommonEvents(
  events: CommonBus,
  metrics: Pick<CommonMetrics, 'inc' | 'observe'>,
): void {
  events.on('job:ended', ({ status, code }) =>
    metrics.inc('jobs_ended_total', { status, code: code ?? NO_CODE }),
  )
  events.on('event:appended', ({ types, ms }) => {
    for (const type of types) metrics.inc('events_appended_total', { type })
    metrics.observe('event_append_duration_seconds', {}, ms / 1_000)
  })
  events.on('redis:failed', ({ role, why: reason }) =>
    metrics.inc('redis_errors_total', { role, reason }),
  )
  events.on('redis:back', ({ role }) => metrics.inc('redis_reconnects_total', { role }))
  events.on('listener:failed', () => metrics.inc('listener_faults_total', {}))
  events.on('housekeeping:swept', ({ kind, removed }) =>
    metrics.inc('swept_total', { kind }, removed),
  )
  events.on('reconciler:found', (found) => {
    for (const kind of ['tickets', 'undriven', 'strays'] as const)
      metrics.inc('reconciler_found_total', { kind }, found[kind])
  })
}

export function metricsRoute(metrics: Pick<CommonMetrics, 'render' | 'contentType'>): AdminRoute {
  return {
    path: '/metrics',
    summary: 'For Prometheus; docs/metrics.md says what each is',
    read: async () => ({ text: await metrics.render(), contentType: metrics.contentType }),
  }
}
