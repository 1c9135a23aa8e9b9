/** Makes Express serve the routes of the admin port: who may ask, by which name, and what an error looks like. */
import {
  type Clock,
  type HostCheck,
  type Logger,
  readBearer,
  startTimeLimit,
  type TokenCheck,
} from '@safelight/runtime'
import { isIP } from 'node:net'
import { ApiError } from '@safelight/shared'
import { RedisUnavailable } from '@safelight/store'
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
} from 'express'
import type { AdminAnswer, AdminRead, AdminRoute } from './admin-route.ts'
import { renderIndexPage } from './index-page.ts'

/** Whoever asks has given up by then. */
const ANSWER_MS = 5_000

export interface AdminAppOptions {
  name: string
  log: Logger
  clock: Clock
  isHostAllowed: HostCheck
  hasToken: boolean
  isAllowed: TokenCheck
}

export function createAdminApp(routes: readonly AdminRoute[], options: AdminAppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((_request, response, next) => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Cache-Control', 'no-store')
    next()
  })
  app.use(refuseChanges)
  for (const route of routes) if (route.isPublic) mount(app, route, options.clock)
  app.use(keepOut(options))
  app.get('/', (_request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
    response.type('html').send(renderIndexPage(`Safelight ${options.name}`, routes))
  })
  for (const route of routes) if (!route.isPublic) mount(app, route, options.clock)
  app.use((_request, _response, next) => {
    next(new ApiError('not_found', 'There is nothing here. See /.'))
  })
  app.use(answerErrors(options.log))
  return app
}

/** Whatever is here is to be read. */
const refuseChanges: RequestHandler = ({ method }, response, next) => {
  if (method === 'GET' || method === 'HEAD') return next()
  response.setHeader('Allow', 'GET, HEAD')
  next(new ApiError('method_not_allowed', 'Allowed here: GET, HEAD.'))
}

/**
 * A page that reaches us under a name of its own knows no token, so names matter only where none is asked for. Nor can
 * an address be a name of its own: scrapers ask by it.
 */
function keepOut({ hasToken, isAllowed, isHostAllowed }: AdminAppOptions): RequestHandler {
  return ({ headers }, response, next) => {
    if (!isAllowed(readBearer(headers.authorization))) {
      response.setHeader('WWW-Authenticate', 'Bearer')
      return next(
        new ApiError('unauthorized', 'Send ADMIN_TOKEN as `Authorization: Bearer <token>`.'),
      )
    }
    if (hasToken || isAddress(headers.host) || isHostAllowed(headers.host)) return next()
    const message =
      'This process is not known by that name. Its operator can add it to ALLOWED_HOSTS.'
    next(new ApiError('misdirected_request', message))
  }
}

function isAddress(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1')
  return isIP(name) !== 0
}

function mount(app: Express, route: AdminRoute, clock: Clock): void {
  if ('mount' in route) app.use(route.path, route.mount)
  else app.get(route.path.replace(/\{(\w+)\}/g, ':$1'), serve(route, clock))
}

function serve({ read }: AdminRead, clock: Clock): RequestHandler {
  return async (request, response) => {
    const params = Object.fromEntries(
      Object.entries(request.params).map(([name, value]) => [name, String(value)]),
    )
    const query = toQuery(request.originalUrl)
    send(response, await withinTime(async () => read({ params, query }), clock))
  }
}

/** Of a path, or of a whole address that need not be one: whoever asks writes what he likes. */
function toQuery(url: string): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

async function withinTime<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  let callOff = () => {}
  const late = new Promise<never>((_resolve, reject) => {
    const onExpired = () => reject(new ApiError('unavailable', 'It took too long.'))
    callOff = startTimeLimit({ ms: ANSWER_MS, clock, onExpired })
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    callOff()
  }
}

function send(response: Response, answer: AdminAnswer): void {
  response.status(answer.status ?? 200)
  if ('text' in answer) response.type(answer.contentType).send(answer.text)
  else response.json(answer.body)
}

/** Four parameters, or Express takes it for an ordinary handler. */
function answerErrors(log: Logger): ErrorRequestHandler {
  // oxlint-disable-next-line max-params
  return (cause: unknown, request, response, _next) => {
    const error = toApiError(cause)
    if (error.status >= 500) log.warn({ err: cause, path: request.path }, 'admin: no answer')
    if (response.headersSent) return response.destroy()
    const { code, message, details } = error
    response.status(error.status).json({ error: { code, message, details } })
  }
}

function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  if (cause instanceof RedisUnavailable)
    return new ApiError('unavailable', 'Redis gives no answer.', { cause })
  if (isUnreadable(cause)) return new ApiError('invalid_request', 'The request cannot be read.')
  return new ApiError('upstream_error', 'Something went wrong; the log says what.', { cause })
}

/** Express says so of what it cannot decode: it is whoever asked that was wrong. */
function isUnreadable(cause: unknown): boolean {
  const status: unknown = cause instanceof Error ? Reflect.get(cause, 'status') : null
  return typeof status === 'number' && status >= 400 && status < 500
}
