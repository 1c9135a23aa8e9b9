/** What the admin port serves, as values: each part of a process brings its own. Only GET and HEAD get here. */
import type { RequestHandler } from 'express'

interface AdminDoc {
  /** `/debug/jobs/{id}` */
  path: string
  /** One line on the index page. */
  summary: string
  /** Needs no token and answers to any host name: for probes. */
  isPublic?: boolean
}

/** Something to read. What it throws is an answer, too: `ApiError` with its status, a Redis that is away with 503. */
export interface AdminRead extends AdminDoc {
  read: (request: AdminRequest) => AdminAnswer | Promise<AdminAnswer>
}

/** An Express application of its own, for everything beneath the path. */
export interface AdminMount extends AdminDoc {
  mount: RequestHandler
}

export type AdminRoute = AdminRead | AdminMount

export interface AdminRequest {
  /** By the names in the path's braces; decoded, and anybody's text. */
  params: Readonly<Record<string, string | undefined>>
  query: URLSearchParams
}

export type AdminAnswer = { status?: number } & (
  | {
      /** Sent as JSON. */
      body: unknown
    }
  | { text: string; contentType: string }
)
