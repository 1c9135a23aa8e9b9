/** What a worker tells those who run it: from its start on, while it waits for Redis as well, to the very end. */
import type { Build, Clock, Listening, Logger, Scope, WorkerEvents } from '@safelight/runtime'
import {
  type AdminRoute,
  createAdmin,
  createMetrics,
  type HealthCheck,
  type HealthReason,
  healthRoutes,
  metricsRoute,
  readRedis,
  type RedisToRead,
  STARTING,
  WORKER_METRICS,
} from '@safelight/telemetry'
import type { WorkerConfig } from '../config.ts'
import { redisAway } from '../health/judge.ts'
import type { WorkerHealth } from '../health/worker-health.ts'
import type { DispatchLimits } from '../limits.ts'
import { countWorkerEvents } from './count-events.ts'
import { type HostsToRead, readHosts } from './read-hosts.ts'

export interface TelemetryOptions {
  config: WorkerConfig
  build: Build
  events: Listening<WorkerEvents>
  /** Opened first, it is closed last. */
  scope: Scope
  clock: Clock
  log: Logger
}

export interface Telemetry {
  /** Of the clients as soon as they are made: they may have to wait for Redis. */
  readRedis(clients: Pick<RedisToRead, 'redis' | 'subscriber'>): void
  /** Of a worker that has all it needs. @param routes what else it has to show */
  serve(worker: ToTell, routes?: readonly AdminRoute[]): void
}

export interface ToTell extends HostsToRead {
  health: WorkerHealth
  limits: Pick<DispatchLimits, 'ownerLimit'>
}

const PREFERRED_PORT = 9465

/** Resolves when the admin port listens. @throws ConfigError when the port that was set is taken */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { config, build, events, scope, clock, log } = options
  const preferredPort = PREFERRED_PORT
  const admin = scope.use(createAdmin({ name: 'worker', config, preferredPort, clock, log }))
  // nobody would read it
  if (!admin.isOn) return { readRedis: () => undefined, serve: () => undefined }
  const metrics = createMetrics(WORKER_METRICS, { clock, log, process: true })
  countWorkerEvents(events, metrics)
  const { version, commit } = build
  metrics.set('build_info', { version, commit: commit ?? 'unknown' }, 1)
  let health: Record<'live' | 'ready', HealthCheck> = createStartingHealth(events)
  const checks = { live: [() => health.live()], ready: [() => health.ready()] }
  const always = [metricsRoute(metrics), ...healthRoutes(checks, { clock })]
  await admin.listen(always)
  return {
    readRedis(clients) {
      for (const reading of readRedis(metrics, { ...clients, role: 'worker', clock }))
        metrics.addReading(reading)
    },
    serve({ health: own, limits, ...hosts }, routes = []) {
      metrics.addReading(readHosts(hosts))
      metrics.addReading({
        name: 'limits',
        gauges: ['owner_limit'],
        read: () => [['owner_limit', {}, limits.ownerLimit ?? 0]],
        maxAgeMs: 0,
      })
      health = own
      admin.change([...always, ...routes])
    },
  }
}

/** Of a worker that is not there yet. It waits for Redis however long that takes: no reason to start it anew. */
function createStartingHealth(
  events: Listening<WorkerEvents>,
): Record<'live' | 'ready', HealthCheck> {
  let away: HealthReason[] = []
  events.on('redis:away', ({ why }) => void (away = [redisAway(why)]))
  events.on('redis:back', () => void (away = []))
  return { live: () => [], ready: () => [STARTING, ...away] }
}
