/** The API as one thing that starts and closes: REST, event streams and Socket.IO over one HTTP server. */
import { createServer } from 'node:http'
import {
  type Clock,
  createLogger,
  createScope,
  type Logger,
  sleep,
  startTimeLimit,
  systemClock,
} from '@safelight/runtime'
import { whenReady } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { ApiConfig } from './config.ts'
import { createGateway } from './gateway/gateway.ts'
import { createExpressApp } from './express-app.ts'
import { answerExpectations, endIdleBodies, isForm } from './http/bodies.ts'
import { createClientLimits } from './http/client-limits.ts'
import { createHostCheck } from './http/host-names.ts'
import { listen, prepareDrain } from './http/listen.ts'
import { createSignatureCheck, createUrlSigner } from './http/signed-urls.ts'
import { createTokenCheck } from './http/token.ts'
import { createTrustCheck } from './http/trusted-proxies.ts'
import { openParts, type PartsDeps } from './parts.ts'
import { toRouteDeps } from './route-deps.ts'
import { createRoutes } from './routes.ts'
import { type ApiTimingOverrides, createTimings } from './timings.ts'

/** Room for what is around a workflow, or a file, of the largest size. */
const BODY_SLACK_BYTES = 64 * 1024

export { type ApiConfig, loadApiConfig } from './config.ts'
export type { ApiTimingOverrides } from './timings.ts'

export interface Api {
  url: string
  port: number
  /** Readiness off, streams and sockets ended, requests finished, connections closed. */
  close(): Promise<void>
}

export interface ApiOptions {
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
    return await start({ config, log, scope, clock, timings })
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function start(deps: PartsDeps): Promise<Api> {
  const { config, log, scope, clock, timings } = deps
  const parts = await openParts(deps)
  const streams = new Set<{ endForShutdown(): void }>()
  let closing = false

  const token = config.SAFELIGHT_TOKEN ?? null
  const now = () => parts.clock.now()
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
  const routes = createRoutes(
    toRouteDeps(parts, {
      config,
      log,
      clock: parts.clock,
      timings,
      streams,
      isClosing: () => closing,
    }),
  )
  const app = createExpressApp(routes, {
    ...shared,
    isSigned: createSignatureCheck({ token, now }),
    log,
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
      log,
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
        perClient: config.MAX_SOCKETS_PER_CLIENT,
        perProcess: Number.POSITIVE_INFINITY,
      }),
    },
  )

  await waitForRedis(parts.redis, deps)
  // should it be away, it is asked again
  await parts.clock.set().catch(() => undefined)
  // its first look, which moves what an older version has left, needs a Redis that is there
  scope.use(parts.reconciler.start({ everyMs: timings.reconcileMs }))
  const port = await listen(server, { host: config.HOST, port: config.PORT })
  scope.defer(async () => {
    closing = true
    // readiness says no from here on; whoever sends clients needs a moment to notice
    await sleep(clock, config.SHUTDOWN_DELAY)
    for (const stream of streams) stream.endForShutdown()
    // not `disconnectSockets`: a client told to leave does not come back by itself, one cut off does
    gateway.engine.close()
    await drain(config.SHUTDOWN_TIMEOUT)
  })
  const url = `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`
  log.info({ url, protected: config.SAFELIGHT_TOKEN !== undefined }, 'listening')
  return { url, port, close: () => scope.close() }
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
