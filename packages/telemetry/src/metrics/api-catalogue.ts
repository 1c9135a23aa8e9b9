/** The metrics of an API, beside those of every process. */
import { API_ERRORS, RETAINED_KINDS, SWEPT_KINDS } from '@safelight/shared'
import { COMMON_METRICS } from './common-catalogue.ts'
import { type Catalogue, OPEN } from './metric-spec.ts'

const TRANSPORTS = ['socket', 'sse', 'wait'] as const
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'] as const
const CODES = Object.keys(API_ERRORS)

export const API_METRICS = {
  ...COMMON_METRICS,
  jobs_accepted_total: {
    type: 'counter',
    help: 'Jobs accepted; a pool that no host has is other, jobs for any host are any.',
    labels: { pool: OPEN },
  },
  jobs_refused_total: {
    type: 'counter',
    help: 'Submissions refused, by the code of the answer.',
    labels: { code: CODES },
  },
  jobs_refused_no_such_pool_total: {
    type: 'counter',
    help: 'Of them, those for a pool whose label no host has; one that no host had since this API started is other.',
    labels: { pool: OPEN },
  },
  jobs_replayed_total: {
    type: 'counter',
    help: 'Submissions answered with a job that was there already: dead letters replayed, and requests repeated under their idempotency key.',
  },
  jobs: {
    type: 'gauge',
    help: 'Jobs of the whole deployment that have not ended: queued, running (a host has it), or canceling (its cancel was asked for, and its host has not stopped it yet).',
    labels: { status: ['queued', 'running', 'canceling'] },
  },
  jobs_canceling_oldest_seconds: {
    type: 'gauge',
    help: 'How long ago the cancel was asked for that has not come about for longest; 0 when there is none.',
  },
  backlog_jobs: { type: 'gauge', help: 'Jobs that wait for a host.', labels: { pool: OPEN } },
  backlog_oldest_wait_seconds: {
    type: 'gauge',
    help: 'How long the oldest of them has waited.',
    labels: { pool: OPEN },
  },
  jobs_deleted_total: {
    type: 'counter',
    help: 'Ended jobs that were deleted before their time, one by one or purged.',
  },
  retained: {
    type: 'gauge',
    help: 'How many are kept of what is kept for a time only; kinds that are costly to count are absent.',
    labels: { kind: RETAINED_KINDS },
  },
  retained_oldest_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest of them, where it is known.',
    labels: { kind: RETAINED_KINDS },
  },
  sweep_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a sweep succeeded last, in whichever process (Unix time); absent before the first.',
    labels: { kind: SWEPT_KINDS },
  },
  housekeeping_late: {
    type: 'gauge',
    help: '1 for what should be gone and is not, or has not been swept for too long; else 0.',
    labels: { kind: RETAINED_KINDS },
  },
  dead_letters: { type: 'gauge', help: 'Dead letters kept.' },
  hosts: { type: 'gauge', help: 'Hosts by state.', labels: { state: OPEN } },
  pool_hosts_usable: {
    type: 'gauge',
    help: 'Hosts of the pool that can be given a job: ready, busy or degraded. All hosts are any.',
    labels: { pool: OPEN },
  },
  pool_hosts_leaving: {
    type: 'gauge',
    help: 'Hosts of the pool that get no more jobs because all their workers end, or have taken them off their lists.',
    labels: { pool: OPEN },
  },
  host_takes_pool: {
    type: 'gauge',
    help: 'The same of each host: 1 for one that has the label of the pool and can be given a job, 0 for one that cannot.',
    labels: { host: OPEN, pool: OPEN },
  },
  host_drained_seconds: {
    type: 'gauge',
    help: 'How long ago the host was asked to take no more jobs, whatever its state; absent when it was not.',
    labels: { host: OPEN },
  },
  host_last_report_age_seconds: {
    type: 'gauge',
    help: 'For how long no worker has reported on the host; 0 while one does.',
    labels: { host: OPEN },
  },
  workers: { type: 'gauge', help: 'Workers that have reported on a host lately.' },
  redis_high_water_ratio: {
    type: 'gauge',
    help: 'What part of the memory of Redis may be used before this API refuses new jobs (REDIS_HIGH_WATER).',
  },
  http_requests_total: {
    type: 'counter',
    help: 'Requests answered; the route is its pattern, none for what no route answered.',
    labels: { method: METHODS, route: OPEN, status: OPEN },
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'How long answers took; event streams and held answers are not in it.',
    labels: { method: METHODS, route: OPEN },
  },
  watchers: {
    type: 'gauge',
    help: 'Watches that are open: one per job and client.',
    labels: { transport: TRANSPORTS },
  },
  watches_refused_total: {
    type: 'counter',
    help: 'Watches refused, by the code of the answer.',
    labels: { transport: TRANSPORTS, code: CODES },
  },
  watch_resyncs_total: {
    type: 'counter',
    help: 'Watchers that could not be continued and got a snapshot anew.',
    labels: { transport: TRANSPORTS },
  },
  events_delivered_total: {
    type: 'counter',
    help: 'Events handed to the connections of watchers.',
    labels: { transport: TRANSPORTS },
  },
  events_dropped_total: {
    type: 'counter',
    help: 'Events and previews that a slow watcher was spared.',
    labels: { transport: TRANSPORTS },
  },
  delivered_bytes_total: {
    type: 'counter',
    help: 'Bytes of events and previews handed to the connections of watchers.',
    labels: { transport: TRANSPORTS },
  },
} as const satisfies Catalogue
