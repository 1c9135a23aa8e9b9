/** One route: what it takes, gives and refuses. Both the HTTP server and `/openapi.json` are made from it. */
import { ApiError, type ApiErrorCode, PROBLEMS_MAX, toLine } from '@safelight/shared'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { readBodyText } from './body-text.ts'
import type { Links } from './links.ts'

/** What a handler gets: everything parsed. */
export interface RouteCall<Params, Query, Headers, Body> {
  params: Params
  query: Query
  headers: Headers
  body: Body
  /** The body as it was sent, for what must not lose a digit. */
  bodyText: () => string
  links: Links
  request: Request
  /** Aborted once the client has its answer, which may be that we took too long: nothing may begin after that. */
  signal: AbortSignal
  /** What the client is told if we take too long from here on. */
  ifLate: (toError: () => ApiError) => void
}

export type Answering = Pick<RouteCall<unknown, unknown, unknown, unknown>, 'signal' | 'ifLate'>

export interface Answer {
  status?: number
  body: unknown
  headers?: Record<string, string>
}

/** `send` takes over the response, for streams, files and held answers; everything before it has a deadline. */
export type Reply = Answer | { send: (response: Response) => void | Promise<void> }

export interface RouteDoc {
  method: 'get' | 'head' | 'post' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/jobs/{id}` */
  path: string
  operationId: string
  tag: 'jobs' | 'dead letters' | 'hosts' | 'assets' | 'service'
  summary: string
  description?: string
  success: {
    status: 200 | 201 | 204
    description: string
    /** Of a JSON answer; other answers name their content type. */
    schema?: z.ZodType
    contentType?: string
  }
  /** Other answers that are no errors, e.g. 206. */
  alsoAnswers?: Record<number, string>
  errors: readonly ApiErrorCode[]
  /** The fields of a `multipart/form-data` body, which the handler reads itself; beside JSON where there is a `body`. */
  form?: z.ZodType
  /** Nothing at all is a body, too. */
  bodyIsOptional?: boolean
  /** Needs no token. */
  isPublic?: boolean
}

interface RequestParts<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  H extends z.ZodObject,
  B extends z.ZodType,
> {
  params?: P
  query?: Q
  headers?: H
  body?: B
}

interface RouteSpec<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  H extends z.ZodObject,
  B extends z.ZodType,
> extends RouteDoc {
  request?: RequestParts<P, Q, H, B>
  handle: (
    call: RouteCall<z.output<P>, z.output<Q>, z.output<H>, z.output<B>>,
  ) => Promise<Reply> | Reply
}

/** A route whose types are closed over: what the table holds. */
export interface ApiRoute extends RouteDoc {
  request: RequestParts<z.ZodObject, z.ZodObject, z.ZodObject, z.ZodType>
  answer(request: Request, links: Links, answering: Answering): Promise<Reply>
}

export function defineRoute<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  H extends z.ZodObject,
  B extends z.ZodType,
>(spec: RouteSpec<P, Q, H, B>): ApiRoute {
  const { request: parts = {}, handle, ...doc } = spec
  return {
    ...doc,
    request: parts,
    async answer(request, links, answering) {
      return handle({
        params: parse(parts.params, request.params, 'not_found'),
        query: parse(parts.query, request.query, 'invalid_request'),
        headers: parse(parts.headers, pickHeaders(request, parts.headers), 'invalid_request'),
        body: parse(parts.body, request.body, 'invalid_request'),
        bodyText: () => readBodyText(request),
        links,
        request,
        ...answering,
      })
    },
  }
}

function parse<S extends z.ZodType>(
  schema: S | undefined,
  value: unknown,
  code: ApiErrorCode,
): z.output<S> {
  // a part without a schema is not part of the handler's types either: it reads as an empty object
  if (!schema) return {} as z.output<S>
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  // an id that cannot exist does not exist
  if (code === 'not_found') throw new ApiError(code, 'There is nothing with this id.')
  // names of fields are the client's: there may be as many and as long ones as a body holds
  const all = parsed.error.issues
  const issues = all.slice(0, PROBLEMS_MAX).map((issue) => ({
    path: toLine(issue.path.map(String).join('.')),
    message: toLine(issue.message),
  }))
  const first = issues[0]
  throw new ApiError(
    code,
    `${first?.path ? `${first.path}: ` : ''}${first?.message ?? 'invalid'}`,
    {
      details: {
        issues,
        ...(all.length > issues.length ? { more_problems: all.length - issues.length } : {}),
      },
    },
  )
}

function pickHeaders(request: Request, schema: z.ZodObject | undefined): Record<string, unknown> {
  const names = Object.keys(schema?.shape ?? {})
  return Object.fromEntries(names.map((name) => [name, request.get(name)]))
}
