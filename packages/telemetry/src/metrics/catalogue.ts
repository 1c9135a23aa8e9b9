/** All metrics there are, by who has them. */
import { API_METRICS } from './api-catalogue.ts'
import { COMMON_METRICS } from './common-catalogue.ts'
import type { Metrics } from './create-metrics.ts'
import { WORKER_METRICS } from './worker-catalogue.ts'

export { API_METRICS, COMMON_METRICS, WORKER_METRICS }
/** What those of an API and those of a worker both are. */
export type CommonMetrics = Omit<Metrics<typeof COMMON_METRICS>, 'addReading'>
export type ApiMetrics = Metrics<typeof API_METRICS>
export type WorkerMetrics = Metrics<typeof WORKER_METRICS>
