/** What a scrape of an API reads from Redis: the state of the whole deployment, the same at every API. */
import type { Clock } from '@safelight/runtime'
import { ANY_POOL_NAME, HOST_STATES, type HousekeepingView, takesPrompts } from '@safelight/shared'
import {
  type Canceling,
  type CancelingNow,
  type DeadLetterStore,
  type HostRegistry,
  type PoolLoads,
  type ReportedHost,
  toLabel,
} from '@safelight/store'
import type { ApiMetrics } from '@safelight/telemetry'

export interface ReadingParts {
  poolLoads: () => Promise<PoolLoads>
  canceling: Pick<Canceling, 'look'>
  hosts: Pick<HostRegistry, 'list'>
  deadLetters: Pick<DeadLetterStore, 'count'>
  readHousekeeping: () => Promise<HousekeepingView>
  /** Percent of the memory of Redis. */
  highWaterPercent: number
  /** Redis' time. */
  clock: Pick<Clock, 'now'>
}

export function addReadings(metrics: ApiMetrics, parts: ReadingParts): void {
  const { poolLoads, canceling, hosts, deadLetters, readHousekeeping, clock } = parts
  metrics.set('redis_high_water_ratio', {}, parts.highWaterPercent / 100)
  metrics.addReading({
    name: 'jobs',
    gauges: [
      'jobs',
      'jobs_canceling_oldest_seconds',
      'backlog_jobs',
      'backlog_oldest_wait_seconds',
    ],
    async read() {
      const [loads, asked, views] = await Promise.all([poolLoads(), canceling.look(), hosts.list()])
      const now = clock.now()
      return [...toJobs(loads, asked, now), ...toBacklog(loads, views, now)]
    },
  })
  metrics.addReading({
    name: 'dead_letters',
    gauges: ['dead_letters'],
    read: async () => [['dead_letters', {}, await deadLetters.count()]],
  })
  metrics.addReading({
    name: 'hosts',
    gauges: [
      'hosts',
      'pool_hosts_usable',
      'pool_hosts_leaving',
      'host_takes_pool',
      'host_drained_seconds',
      'workers',
      'host_last_report_age_seconds',
    ],
    read: async () => toFleet(await hosts.list(), clock.now()),
  })
  metrics.addReading({
    name: 'housekeeping',
    gauges: [
      'retained',
      'retained_oldest_age_seconds',
      'sweep_last_success_timestamp_seconds',
      'housekeeping_late',
    ],
    read: async () => (await readHousekeeping()).kinds.flatMap(toKept),
  })
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** Those that are being canceled have their slot until their host has stopped; between the two reads some may have ended. */
function toJobs({ waiting, onHosts }: PoolLoads, { jobs, oldestAt }: CancelingNow, now: number) {
  const begun = sum(onHosts.map(({ executing, collecting }) => executing + collecting))
  const forMs = oldestAt === null ? 0 : Math.max(0, now - oldestAt)
  return [
    ['jobs', { status: 'queued' }, sum([...waiting.values()].map((pool) => pool.jobs))] as const,
    ['jobs', { status: 'running' }, Math.max(0, begun - jobs)] as const,
    ['jobs', { status: 'canceling' }, jobs] as const,
    ['jobs_canceling_oldest_seconds', {}, forMs / 1_000] as const,
  ]
}

/** Pools that no host has are one: whoever submits may name any. */
function toBacklog(loads: PoolLoads, views: readonly ReportedHost[], now: number) {
  const pools = new Map(
    [ANY_POOL_NAME, ...views.flatMap(({ labels }) => labels)].map((pool) => [
      pool,
      { jobs: 0, waitedMs: 0 },
    ]),
  )
  for (const [pool, { jobs, oldestAt }] of loads.waiting) {
    const label = toLabel(pool) ?? ANY_POOL_NAME
    const name = pools.has(label) ? label : 'other'
    const before = pools.get(name) ?? { jobs: 0, waitedMs: 0 }
    const waitedMs = Math.max(before.waitedMs, oldestAt === null ? 0 : now - oldestAt)
    pools.set(name, { jobs: before.jobs + jobs, waitedMs })
  }
  return [...pools].flatMap(([pool, { jobs, waitedMs }]) => [
    ['backlog_jobs', { pool }, jobs] as const,
    ['backlog_oldest_wait_seconds', { pool }, waitedMs / 1_000] as const,
  ])
}

function toFleet(views: readonly ReportedHost[], now: number) {
  const workers = new Set(views.flatMap((view) => view.workers))
  return [
    ['workers', {}, workers.size] as const,
    ...HOST_STATES.map(
      (state) => ['hosts', { state }, views.filter((view) => view.state === state).length] as const,
    ),
    ...toUsable(views),
    // one that nobody drives is so since the last report on it; when the host itself was seen last says nothing of workers
    ...views.map(
      ({ id, workers: drivers, since }) =>
        [
          'host_last_report_age_seconds',
          { host: id },
          drivers.length > 0 ? 0 : toAge(since, now),
        ] as const,
    ),
    ...views.flatMap(({ id, drain }) =>
      drain ? [['host_drained_seconds', { host: id }, toAge(drain.since, now)] as const] : [],
    ),
  ]
}

const toAge = (at: string, now: number) => Math.max(0, now - Date.parse(at)) / 1_000

/** Of each pool that a host has, and of all: a pool may stand still while the others work. */
function toUsable(views: readonly ReportedHost[]) {
  const usable = new Map<string, number>([[ANY_POOL_NAME, 0]])
  const leaving = new Map<string, number>([[ANY_POOL_NAME, 0]])
  const takes = views.flatMap(({ id: host, labels, state, reason }) =>
    [...new Set([ANY_POOL_NAME, ...labels])].map((pool) => {
      const taken = Number(takesPrompts(state))
      usable.set(pool, (usable.get(pool) ?? 0) + taken)
      leaving.set(pool, (leaving.get(pool) ?? 0) + Number(reason.code === 'workers_leave'))
      return ['host_takes_pool', { host, pool }, taken] as const
    }),
  )
  return [
    ...[...usable].map(([pool, count]) => ['pool_hosts_usable', { pool }, count] as const),
    ...[...leaving].map(([pool, count]) => ['pool_hosts_leaving', { pool }, count] as const),
    ...takes,
  ]
}

function toKept({
  kind,
  count,
  oldest_age_s: ageS,
  sweep,
  late,
}: HousekeepingView['kinds'][number]) {
  const labels = { kind }
  const at = sweep?.last_at ?? null
  return [
    ...(count === null ? [] : [['retained', labels, count] as const]),
    ...(ageS === null ? [] : [['retained_oldest_age_seconds', labels, ageS] as const]),
    ...(at === null
      ? []
      : [['sweep_last_success_timestamp_seconds', labels, Date.parse(at) / 1_000] as const]),
    ['housekeeping_late', labels, Number(late)] as const,
  ]
}
