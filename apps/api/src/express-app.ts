/** The Express application: route table, documents about it, the web page, and the rules around them. Does not listen. */
import type { ApiEvents, Clock, Emit, Logger, Sparing, TokenCheck } from '@safelight/runtime'
import type { BeginRequestTrace } from '@safelight/telemetry'
import express, { type Express } from 'express'
import { serveStaticFiles } from './static-files/serve-static-files.ts'
import { type CorsOrigins, cors } from './http/cors.ts'
import { renderDocs } from './http/docs-page.ts'
import { refuseStrangeHosts } from './http/host-names.ts'
import { answerErrors, type MountOptions, mountRoutes, refuseUnknownPath } from './http/mount.ts'
import { toOpenApi } from './http/openapi.ts'
import { refuseForeignPages } from './http/origins.ts'
import { logRequests } from './http/request-log.ts'
import { traceRequests } from './http/request-trace.ts'
import type { ApiRoute } from './http/route.ts'
import { requireToken } from './http/token.ts'

/** What makes jobs is traced. */
const SUBMIT_PATH = '/api/v2/jobs'

export interface ExpressAppOptions extends MountOptions {
  corsOrigins: CorsOrigins
  isAllowed: TokenCheck
  /** Whether a request needs no token because of how it is signed. */
  isSigned: Parameters<typeof requireToken>[1]
  emit: Emit<ApiEvents>
  beginTrace: BeginRequestTrace
  log: Logger
  sparing: Pick<Sparing, 'say'>
  clock: Clock
  /** Where the built web page is, or would be. */
  webFolder: string
  /** An address of the store that content is fetched from; null when that is only us. */
  storeUrl: string | null
}

export function createExpressApp(routes: readonly ApiRoute[], options: ExpressAppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', options.trusts)
  app.use(logRequests(options))
  app.use((_request, response, next) => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    next()
  })
  app.use(refuseStrangeHosts(options.isHostAllowed))
  app.use(cors(options.corsOrigins))
  app.use(refuseForeignPages(options))
  // by path, not per route: what does not exist must not be told apart without a token either
  app.use('/api', requireToken(options.isAllowed, options.isSigned))
  app.post(SUBMIT_PATH, traceRequests(options.beginTrace, `POST ${SUBMIT_PATH}`))
  mountRoutes(app, routes, options)
  mountDocs(app, routes)
  const { webFolder: folder, publicUrl, storeUrl } = options
  app.use(serveStaticFiles({ folder, contentUrls: [publicUrl ?? [], storeUrl ?? []].flat() }))
  app.use(refuseUnknownPath)
  app.use(answerErrors(options.sparing))
  return app
}

function mountDocs(app: Express, routes: readonly ApiRoute[]): void {
  // made when somebody asks first: most processes live without
  const document = once(() => toOpenApi(routes))
  const page = once(() => renderDocs(document()))
  app.get('/openapi.json', (_request, response) => {
    response.json(document())
  })
  app.get('/docs', (_request, response) => {
    // the page brings its own style and nothing else
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
    response.type('html').send(page())
  })
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}
