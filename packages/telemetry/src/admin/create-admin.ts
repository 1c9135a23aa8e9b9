/**
 * The admin port: what a process tells those who run it, apart from what it serves to its users. It listens before
 * anything else is opened, and closes last: it is read while a process waits for what it needs, and while it drains.
 */
import { createServer } from 'node:http'
import {
  type AdminConfig,
  type Clock,
  ConfigError,
  createHostCheck,
  createTokenCheck,
  listen,
  type Logger,
} from '@safelight/runtime'
import { createAdminApp } from './admin-app.ts'
import type { AdminRoute } from './admin-route.ts'
import { boundConnections } from './bound-connections.ts'

/** Of all that look at it: one scraper, one prober, some people. */
const MAX_CONNECTIONS = 100
/** An answer under way may still get this long when the process has done everything else. */
const LINGER_MS = 300

export interface AdminOptions {
  /** Which process this is, as the index page says it. */
  name: string
  config: AdminConfig
  /** The port unless the settings name one; when it is taken, any other will do. */
  preferredPort: number
  log: Logger
  clock: Clock
}

export interface Admin {
  /** Whether the settings want it: without, nobody reads what is gathered for it. */
  isOn: boolean
  /**
   * @returns its url; null when it is off
   * @throws ConfigError when the port that was set is taken
   */
  listen(routes: readonly AdminRoute[]): Promise<string | null>
  /** Serves these from now on, in place of those before. */
  change(routes: readonly AdminRoute[]): void
  close(): Promise<void>
}

export function createAdmin(options: AdminOptions): Admin {
  const { name, config, preferredPort, log, clock } = options
  const { ADMIN_PORT: port, ADMIN_HOST: host } = config
  const server = createServer()
  boundConnections(server, MAX_CONNECTIONS)

  const toApp = (routes: readonly AdminRoute[]) =>
    createAdminApp(routes, {
      name,
      log,
      clock,
      isHostAllowed: createHostCheck({
        publicUrl: null,
        listensOn: host,
        allowed: config.ALLOWED_HOSTS,
      }),
      hasToken: config.ADMIN_TOKEN !== undefined,
      isAllowed: createTokenCheck(config.ADMIN_TOKEN ?? null),
    })
  let app = toApp([])
  server.on('request', (request, response) => app(request, response))

  async function bind(): Promise<number> {
    try {
      return await listen(server, { host, port: port ?? preferredPort })
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      if (port === undefined && code === 'EADDRINUSE') return listen(server, { host, port: 0 })
      throw new ConfigError([toProblem(code)])
    }
  }

  return {
    isOn: port !== null,
    async listen(routes) {
      if (port === null) return null
      app = toApp(routes)
      const bound = await bind()
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
      log.info({ url, protected: config.ADMIN_TOKEN !== undefined }, 'admin')
      return url
    },
    change: (routes) => void (app = toApp(routes)),
    async close() {
      if (!server.listening) return
      const callOff = clock.after(LINGER_MS, () => server.closeAllConnections())
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
      callOff()
    },
  }
}

/** By the code of the system. */
function toProblem(code: string): string {
  if (code === 'EADDRINUSE')
    return 'ADMIN_PORT: is taken by another process; unset, any free one is taken'
  if (code === 'EACCES') return 'ADMIN_PORT: may not be opened by this user'
  return `ADMIN_HOST: cannot be listened on (${code})`
}
