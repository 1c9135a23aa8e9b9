/** What an API tells those who run it: its metrics, its health, and the port where both are. */
import {
  type ApiEvents,
  type Build,
  type Clock,
  type Listening,
  type Logger,
  remember,
  type Scope,
} from '@safelight/runtime'
import {
  type Admin,
  type AdminRoute,
  API_METRICS,
  createMetrics,
  type HealthCheck,
  healthRoutes,
  metricsRoute,
  readRedis,
  type RedisToRead,
  STARTING,
  watchLoop,
} from '@safelight/telemetry'
import { countApiEvents } from './count-events.ts'
import { addReadings, type ReadingParts } from './readings.ts'

/** Of submissions of a pool: hosts do not come and go every second. */
const POOLS_AGE_MS = 10_000

export interface TelemetryOptions {
  admin: Admin
  events: Listening<ApiEvents>
  parts: ReadingParts & Pick<RedisToRead, 'redis' | 'subscriber'>
  ready: HealthCheck
  build: Build
  log: Logger
  clock: Clock
  scope: Scope
}

export interface Telemetry {
  /** Null when the settings want none. */
  url: string | null
  /** It takes requests: from now on it is ready when nothing is wrong. @param more what else there is to show */
  serve(more: readonly AdminRoute[]): void
}

/**
 * Does nothing, and costs nothing, when the settings want no admin port. Resolves when that listens.
 * @throws ConfigError when the port that was set is taken
 */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { admin, events, parts, ready, build, log, clock, scope } = options
  if (!admin.isOn) return { url: null, serve: () => undefined }
  const metrics = createMetrics(API_METRICS, { clock, log, process: true })
  metrics.set('build_info', { version: build.version, commit: build.commit ?? 'unknown' }, 1)
  const { get: knownPools } = remember(
    async () => new Set((await parts.hosts.list()).flatMap(({ labels }) => labels)),
    { clock, maxAgeMs: POOLS_AGE_MS },
  )
  countApiEvents({ events, metrics, knownPools })
  const { redis, subscriber } = parts
  for (const reading of readRedis(metrics, { redis, role: 'api', subscriber, clock }))
    metrics.addReading(reading)
  addReadings(metrics, parts)
  const loop = scope.use(watchLoop({ clock }))
  let isStarting = true
  const health = { live: [loop.check], ready: [() => (isStarting ? [STARTING] : []), ready] }
  const routes = [metricsRoute(metrics), ...healthRoutes(health, { clock })]
  return {
    url: await admin.listen(routes),
    serve(more) {
      isStarting = false
      admin.change([...routes, ...more])
    },
  }
}
