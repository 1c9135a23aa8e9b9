/** The API as one thing that starts and closes: REST, event streams and Socket.IO over one HTTP server. */
import { createServer } from 'node:http'
import {
  type ApiEvents,
  type Build,
  readBuild,
  tellBuild,
  type Clock,
  createHostCheck,
  createLogger,
  createScope,
  createTokenCheck,
  type EventBus,
  listen,
  type Listening,
  type Logger,
  openEvents,
  openListeners,
  ownTraceId,
  sleep,
  startTimeLimit,
  systemClock,
  withTraceIds,
  createSparing,
  type Sparing,
  writeLines,
} from '@safelight/runtime'
import { noteSweeps, whenReady } from '@safelight/store'
import { type Admin, createAdmin } from '@safelight/telemetry'
import type { Redis } from 'ioredis'
import type { ApiConfig } from './config.ts'
import { createDebugRoutes } from './debug/debug-routes.ts'
import { createQueueBoard } from './debug/queue-board.ts'
import { createGateway } from './gateway/gateway.ts'
import { createExpressApp } from './express-app.ts'
import { createReadyCheck } from './http/health.ts'
import { answerExpectations, endIdleBodies, isForm } from './http/bodies.ts'
import { createClientLimits } from './http/client-limits.ts'
import { prepareDrain } from './http/drain.ts'
import { createSignatureCheck, createUrlSigner } from './http/signed-urls.ts'
import { createTrustCheck } from './http/trusted-proxies.ts'
import { openParts, type PartsDeps } from './parts.ts'
import { toRouteDeps } from './route-deps.ts'
import { createRoutes } from './routes.ts'
import { API_LINES } from './telemetry/log-lines.ts'
import { openTelemetry } from './telemetry/open-telemetry.ts'
import { openApiTraces } from './telemetry/open-traces.ts'
import { type ApiTimingOverrides, createTimings } from './timings.ts'

/** Room for what is around a workflow, or a file, of the largest size. */
const BODY_SLACK_BYTES = 64 * 1024
/** Of the admin server, unless the settings name one. */
const ADMIN_PORT = 9464

export { type ApiConfig, loadApiConfig } from './config.ts'
export type { ApiTimingOverrides } from './timings.ts'

export interface Api {
  /** What happens in this process, told as it happens. */
  events: Listening<ApiEvents>
  url: string
  port: number
  /** For the admin port: what it holds, and what is known of a job. */
  debug: ReturnType<typeof createDebugRoutes>
  /** Where it tells those who run it; null when that is off. */
  adminUrl: string | null
  /** Readiness off, streams and sockets ended, requests finished, connections closed. */
  close(): Promise<void>
}

export interface ApiOptions {
  /** Unless it is to make its own. */
  events?: EventBus<ApiEvents>
  log?: Logger
  clock?: Clock
  /** In place of the defaults and the settings. */
  timings?: ApiTimingOverrides
}

export async function createApi(config: ApiConfig, options: ApiOptions = {}): Promise<Api> {
  const log = options.log ?? createLogger({ level: config.LOG_LEVEL, name: 'api' })
  const scope = createScope('api')
  try {
    const { clock = systemClock } = options
    const timings = createTimings(config.SAFELIGHT_TIMINGS, options.timings)
    // beside `src` and `dist`
    const build = readBuild(new URL('../package.json', import.meta.url), config.SAFELIGHT_COMMIT)
    tellBuild(log, build)
    const events = options.events ?? openEvents<ApiEvents>(log)
    const sparing = scope.use(createSparing({ log, clock }))
    writeLines<ApiEvents>(events, withTraceIds(API_LINES, ownTraceId), sparing)
    const { SAFELIGHT_LISTENERS: paths } = config
    await openListeners({ app: 'api', paths, events, scope, log })
    const admin = createAdmin({ name: 'API', config, preferredPort: ADMIN_PORT, log, clock })
    // the last to close: it is read while all else drains
    scope.use(admin)
    const told = { build, events, emit: events.emit, admin, log, sparing }
    return await start({ config, ...told, scope, clock, timings })
  } catch (error) {
    await scope.close()
    throw error
  }
}

interface StartDeps extends PartsDeps {
  build: Build
  events: Listening<ApiEvents>
  admin: Admin
  sparing: Sparing
}

async function start(deps: StartDeps): Promise<Api> {
  const { config, build, events, emit, admin, log, sparing, scope, clock, timings } = deps
  // its time is known when the parts are there: nothing is told before
  let now = () => clock.now()
  const beginTrace = await openApiTraces({ config, build, events, scope, log, now: () => now() })
  const parts = await openParts(deps)
  noteSweeps(events, parts, log)
  now = () => parts.clock.now()
  const streams = new Set<{ endForShutdown(): void }>()
  let closing = false

  const token = config.SAFELIGHT_TOKEN ?? null
  const isAllowed = createTokenCheck(token)
  const publicUrl = config.PUBLIC_URL ?? null
  const shared = {
    publicUrl,
    trusts: createTrustCheck(config.TRUST_PROXY),
    isHostAllowed: createHostCheck({
      publicUrl,
      listensOn: config.HOST,
      allowed: config.ALLOWED_HOSTS,
    }),
    corsOrigins: config.CORS_ORIGIN,
    isAllowed,
    urls: createUrlSigner({ token, ttlMs: config.URL_TTL, now }),
  }
  const bodyLimitBytes = config.MAX_WORKFLOW_BYTES + BODY_SLACK_BYTES
  const deadline = { clock, ms: timings.requestDeadlineMs }
  const routeDeps = toRouteDeps(parts, {
    config,
    emit,
    log,
    clock: parts.clock,
    timings,
    streams,
    isClosing: () => closing,
    build,
  })
  const telemetry = await openTelemetry({
    admin,
    events,
    parts,
    ready: createReadyCheck(routeDeps.health),
    build,
    log,
    clock,
    scope,
  })
  const app = createExpressApp(createRoutes(routeDeps), {
    ...shared,
    isSigned: createSignatureCheck({ token, now }),
    emit,
    beginTrace,
    log,
    sparing,
    bodyLimitBytes,
    clock,
    deadline,
    webFolder: config.SAFELIGHT_WEB_DIR,
    storeUrl: await parts.blobs.presign('any', { seconds: 1, contentType: '', disposition: '' }),
  })
  const server = createServer(app)
  answerExpectations(server, (request) =>
    isForm(request) ? config.MAX_UPLOAD_BYTES + BODY_SLACK_BYTES : bodyLimitBytes,
  )
  // what stands still is ended long before
  server.requestTimeout = timings.uploadMs
  endIdleBodies(server, { clock, idleMs: timings.bodyIdleMs, wholeMs: timings.bodyMs })
  const drain = prepareDrain(server, { clock, lingerMs: timings.lingerMs })
  const { watches, positions } = parts
  const gateway = createGateway(
    {
      watches,
      positions,
      emit,
      delivery: parts.deliveries.of('socket'),
      clock: parts.clock,
      deadline,
      maxWatches: config.MAX_WATCHES_PER_SOCKET,
    },
    {
      ...shared,
      server,
      timings,
      limits: createClientLimits({
        what: 'sockets',
        perClient: () => config.MAX_SOCKETS_PER_CLIENT,
        perProcess: () => Number.POSITIVE_INFINITY,
      }),
    },
  )

  await waitForRedis(parts.redis, deps)
  // should it be away, it is asked again
  await parts.clock.set().catch(() => undefined)
  // its first look, which moves what an older version has left, needs a Redis that is there
  scope.use(parts.reconciler.start({ everyMs: timings.reconcileMs }))
  const port = await listen(server, { host: config.HOST, port: config.PORT })
  const debug = createDebugRoutes({
    parts,
    why: routeDeps.why,
    limits: routeDeps.events.limits,
    streams,
    countSockets: () => gateway.engine.clientsCount,
    clock: parts.clock,
  })
  telemetry.serve(admin.isOn ? [...debug, createQueueBoard({ ...parts, clock })] : [])
  scope.defer(async () => {
    closing = true
    emit('api:draining', { delayMs: config.SHUTDOWN_DELAY })
    // readiness says no from here on; whoever sends clients needs a moment to notice
    await sleep(clock, config.SHUTDOWN_DELAY)
    for (const stream of streams) stream.endForShutdown()
    // not `disconnectSockets`: a client told to leave does not come back by itself, one cut off does
    gateway.engine.close()
    await drain(config.SHUTDOWN_TIMEOUT)
  })
  const url = `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`
  emit('api:started', { url, protected: config.SAFELIGHT_TOKEN !== undefined })
  return { events, url, port, debug, adminUrl: telemetry.url, close: () => scope.close() }
}

/** Nobody is refused only for having come first; but a Redis that stays away keeps nobody waiting. */
async function waitForRedis(redis: Redis, { clock, timings }: PartsDeps): Promise<void> {
  const enough = new AbortController()
  const callOff = startTimeLimit({
    ms: timings.waitForRedisMs,
    clock,
    onExpired: () => enough.abort(),
  })
  await whenReady(redis, enough.signal).catch(() => undefined)
  callOff()
}
