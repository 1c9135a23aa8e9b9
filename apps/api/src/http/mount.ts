/** Makes Express serve the route table. */
import type { Sparing } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { isForm, refuseDeepJson, refuseLargeBodies, verifyUtf8 } from './bodies.ts'
import { keepBody } from './body-text.ts'
import type { RequestDeadline } from './deadline.ts'
import { toApiError, toEnvelope } from './envelope.ts'
import { toFaultLine } from './fault-line.ts'
import { createLinks, type LinkOptions, readBaseUrl } from './links.ts'
import { note } from './request-log.ts'
import type { ApiRoute } from './route.ts'
import { sendReply } from './send-reply.ts'

/** What describes content, and so must not describe a refusal of it. */
const CONTENT_HEADERS = [
  'ETag',
  'Cache-Control',
  'Content-Disposition',
  'Content-Type',
  'Accept-Ranges',
]

export interface MountOptions extends LinkOptions {
  bodyLimitBytes: number
  /** How long an answer may take to be known; bodies in and streams out are not counted. */
  deadline: RequestDeadline
}

export function mountRoutes(
  app: Express,
  routes: readonly ApiRoute[],
  options: MountOptions,
): void {
  const limit = options.bodyLimitBytes
  const json = [refuseLargeBodies(limit), express.json({ limit, verify: takeBody }), refuseDeepJson]
  for (const path of namedFirst(routes)) {
    const mounted = app.route(path.replace(/\{(\w+)\}/g, ':$1'))
    const here = routes.filter((route) => route.path === path)
    mounted.all((_request, response, next) => {
      note(response, { route: path })
      next()
    })
    for (const route of here) {
      const check = route.bodyIsOptional ? requireJsonIfAny : requireJson
      const readJson = route.request.body ? [check, ...json] : []
      // a form is the handler's to read, as it comes
      const readBody = route.form ? readJson.map(unlessForm) : readJson
      mounted[route.method](...readBody, serve(route, options))
    }
    mounted.all(refuseMethod(here.map(({ method }) => method.toUpperCase())))
  }
}

/** Each path once. One that is spelled out is no id of another: `/jobs/purge` is not `/jobs/{id}`. */
function namedFirst(routes: readonly ApiRoute[]): string[] {
  const paths = [...new Set(routes.map((route) => route.path))]
  const hasId = (path: string) => Number(path.includes('{'))
  return paths.toSorted((one, other) => hasId(one) - hasId(other))
}

/** Called with its bytes before anything is parsed. */
function takeBody(...body: Parameters<typeof keepBody>): void {
  const [, , bytes, charset] = body
  verifyUtf8(bytes, charset)
  keepBody(...body)
}

function serve(route: ApiRoute, options: MountOptions): RequestHandler {
  return async (request, response) => {
    const links = createLinks(readBaseUrl(request, options), options.urls)
    await sendReply(response, (answering) => route.answer(request, links, answering), {
      deadline: options.deadline,
      status: route.success.status,
    })
  }
}

function unlessForm(handler: RequestHandler): RequestHandler {
  // oxlint-disable-next-line max-params
  return (request, response, next) => (isForm(request) ? next() : handler(request, response, next))
}

const requireJson: RequestHandler = (request, _response, next) => {
  const { 'content-type': type, 'content-length': length } = request.headers
  // as nearly all say it: `is` takes every type apart
  const isPlain = type === 'application/json' && length !== undefined
  if (length !== '0' && (isPlain || request.is('json'))) return next()
  next(new ApiError('invalid_request', 'Send a JSON body with `Content-Type: application/json`.'))
}

const requireJsonIfAny: RequestHandler = (request, response, next) => {
  const isEmpty = Number(request.get('content-length') ?? 0) === 0
  if (isEmpty && request.get('transfer-encoding') === undefined) return next()
  return requireJson(request, response, next)
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  return (_request, response, next) => {
    response.setHeader('Allow', methods.join(', '))
    next(new ApiError('method_not_allowed', `Allowed here: ${methods.join(', ')}.`))
  }
}

export const refuseUnknownPath: RequestHandler = (_request, _response, next) => {
  next(new ApiError('not_found', 'There is no such route. See /docs.'))
}

/** Four parameters, or Express takes it for an ordinary handler. */
export function answerErrors({ say }: Pick<Sparing, 'say'>): ErrorRequestHandler {
  // oxlint-disable-next-line max-params
  return (cause, request, response, _next) => {
    const error = toApiError(cause)
    const { method, path } = request
    note(response, { code: error.code, details: error.details })
    if (error.status >= 500) say(toFaultLine(error, { cause, method, path }))
    // headers of what was about to be sent would make caches keep the refusal
    if (response.headersSent) return response.destroy()
    for (const name of CONTENT_HEADERS) response.removeHeader(name)
    if (error.retryAfterSeconds !== null) response.setHeader('Retry-After', error.retryAfterSeconds)
    response.status(error.status).json(toEnvelope(error))
  }
}
