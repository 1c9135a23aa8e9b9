/** The API as one thing that starts and closes: REST, event streams and Socket.IO over one HTTP server. */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, createScope, type Logger } from '@safelight/runtime'
import { whenReady } from '@safelight/store'
import type { ApiConfig } from './config.ts'
import { createGateway } from './gateway/gateway.ts'
import { DEADLINE_MS } from './http/deadline.ts'
import { createExpressApp } from './http/express-app.ts'
import { listen, prepareDrain } from './http/listen.ts'
import { createTokenCheck } from './http/token.ts'
import { openParts, type PartsDeps } from './parts.ts'
import { toRouteDeps } from './route-deps.ts'
import { createRoutes } from './routes.ts'
import type { Stream } from './sse/stream.ts'

/** Redis may start later than we do; until it is there, answers are 503. */
const WAIT_FOR_REDIS_MS = 2_000
/** Room for the fields around a workflow of the largest size. */
const BODY_SLACK_BYTES = 64 * 1024

export { type ApiConfig, loadConfig } from './config.ts'

export interface Api {
  url: string
  port: number
  /** Readiness off, streams and sockets ended, requests finished, connections closed. */
  close(): Promise<void>
}

export interface ApiOptions {
  log?: Logger
}

export async function createApi(config: ApiConfig, options: ApiOptions = {}): Promise<Api> {
  const log = options.log ?? createLogger({ level: config.LOG_LEVEL, name: 'api' })
  const scope = createScope('api')
  try {
    return await start({ config, log, scope })
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function start({ config, log, scope }: PartsDeps): Promise<Api> {
  const parts = openParts({ config, log, scope })
  const streams = new Set<Stream>()
  let closing = false

  const isAllowed = createTokenCheck(config.SAFELIGHT_TOKEN ?? null)
  const shared = {
    publicUrl: config.PUBLIC_URL ?? null,
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGIN,
    isAllowed,
  }
  const routes = createRoutes(
    toRouteDeps(parts, { config, log, streams, isClosing: () => closing }),
  )
  const app = createExpressApp(routes, {
    ...shared,
    log,
    bodyLimitBytes: config.MAX_WORKFLOW_BYTES + BODY_SLACK_BYTES,
    deadlineMs: DEADLINE_MS,
    webFolder: config.SAFELIGHT_WEB_DIR,
  })
  const server = createServer(app)
  const drain = prepareDrain(server)
  const { feed, positions } = parts
  const gateway = createGateway(
    { feed, positions, log, maxWatches: config.MAX_WATCHES_PER_SOCKET, deadlineMs: DEADLINE_MS },
    { ...shared, server },
  )

  await whenReady(parts.redis, AbortSignal.timeout(WAIT_FOR_REDIS_MS)).catch(() => undefined)
  const port = await listen(server, { host: config.HOST, port: config.PORT })
  scope.defer(async () => {
    closing = true
    // readiness says no from here on; whoever sends clients needs a moment to notice
    if (config.SHUTDOWN_DELAY > 0) await sleep(config.SHUTDOWN_DELAY)
    for (const stream of streams) stream.move()
    // not `disconnectSockets`: a client told to leave does not come back by itself, one cut off does
    gateway.engine.close()
    await drain(config.SHUTDOWN_TIMEOUT)
  })
  const url = `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`
  log.info({ url, protected: config.SAFELIGHT_TOKEN !== undefined }, 'listening')
  return { url, port, close: () => scope.close() }
}
