/** The metrics of every process. */
import { isTerminal, JOB_ERROR_CODES, JOB_STATUSES, SWEPT_KINDS } from '@safelight/shared'
import { type Catalogue, OPEN, SHORT_SECONDS } from './metric-spec.ts'

export const NO_CODE = 'none'

export const COMMON_METRICS = {
  build_info: {
    type: 'gauge',
    help: 'Always 1; its labels say what runs.',
    labels: { version: OPEN, commit: OPEN },
  },
  jobs_ended_total: {
    type: 'counter',
    help: 'Jobs that ended, counted by the process that wrote the end; `code` is that of the error, or none.',
    labels: { status: JOB_STATUSES.filter(isTerminal), code: [NO_CODE, ...JOB_ERROR_CODES] },
  },
  events_appended_total: {
    type: 'counter',
    help: 'Events written to jobs.',
    labels: { type: OPEN },
  },
  event_append_duration_seconds: {
    type: 'histogram',
    help: 'How long one write of events took, one or several in a step.',
    buckets: SHORT_SECONDS,
  },
  redis_up: {
    type: 'gauge',
    help: 'Whether Redis answers a PING within a second on the connection of this role (`subscriber`: the one that only listens): 1 or 0. Also told when Redis is away, or hangs.',
    labels: { role: OPEN },
  },
  redis_ping_seconds: {
    type: 'histogram',
    help: 'How long a PING took, one per scrape.',
    buckets: SHORT_SECONDS,
  },
  redis_errors_total: {
    type: 'counter',
    help: 'Commands that Redis refused, or did not answer in time, and connections that it did not accept. `denied`: it does not accept our user or password, or the user may not do this.',
    labels: {
      role: OPEN,
      reason: ['away', 'full', 'read_only', 'loading', 'unreplicated', 'denied', 'other'],
    },
  },
  redis_reconnects_total: {
    type: 'counter',
    help: 'Times that Redis came back after it had been away.',
    labels: { role: OPEN },
  },
  redis_memory_bytes: {
    type: 'gauge',
    help: 'Memory that Redis uses; every process says the same.',
  },
  redis_memory_limit_bytes: {
    type: 'gauge',
    help: 'The `maxmemory` of Redis; absent when it has none.',
  },
  reconciler_found_total: {
    type: 'counter',
    help: 'What sweeps found in disagreement between records and queues, and mended.',
    labels: { kind: ['tickets', 'undriven', 'strays'] },
  },
  swept_total: {
    type: 'counter',
    help: 'What sweeps of this process took away because its time was over, or nobody needed it.',
    labels: { kind: SWEPT_KINDS },
  },
  listener_faults_total: {
    type: 'counter',
    help: 'Times that who listened to process events threw; the job went on.',
  },
  scrape_read_errors_total: {
    type: 'counter',
    help: 'Readings that a scrape left out, because what they read from failed or took longer than 2 s.',
    labels: { reading: OPEN },
  },
} as const satisfies Catalogue
