/** Finds the handler of a request: every route exists bare and under /api. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { BodyTooLarge } from './body.ts'
import { sendEmpty, sendServerError, sendText } from './respond.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  /** The `{name}` parts of the path. */
  readonly params: Readonly<Record<string, string>>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `/history/{id}`; `/api/…` here means the route has no bare form, `/internal/…` that it has no other. */
  readonly path: string
  answer(exchange: Exchange): void | Promise<void>
}

export interface Guard {
  (request: IncomingMessage): number | null
}

export function createRequestListener(routes: readonly Route[], guard: Guard): RequestListener {
  const matchers = routes.map((route) => ({ route, match: createMatcher(route.path) }))

  const find = (method: string, path: string) => {
    for (const { route, match } of matchers) {
      const params = route.method === method ? match(path) : null
      if (params) return { route, params }
    }
    return null
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = guard(request)
    if (refusal !== null) return sendEmpty(response, refusal)
    const url = new URL(request.url ?? '/', 'http://host')
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
    const found = find(method, url.pathname)
    // Unknown paths end at ComfyUI's static files, which know only GET and say nothing of what is not there.
    if (!found && method === 'GET') return sendEmpty(response, 404)
    if (!found) return sendText(response, 405, '405: Method Not Allowed')
    await found.route.answer({ request, response, query: url.searchParams, params: found.params })
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else if (error instanceof BodyTooLarge) {
        // The rest of the body is not read, so the connection cannot be used again.
        response.setHeader('connection', 'close')
        sendText(response, 413, error.message)
      } else sendServerError(response)
    })
  }
}

function createMatcher(pattern: string): (path: string) => Record<string, string> | null {
  const wanted = pattern.split('/')
  const isAsWritten = pattern.startsWith('/api/') || pattern.startsWith('/internal/')
  return (path) => {
    const bare = isAsWritten ? path : path.replace(/^\/api(?=\/)/, '')
    // a slash that is written %2F is part of a name
    const parts = bare.split('/').map(decodeURIComponent)
    if (parts.length !== wanted.length) return null
    const params: Record<string, string> = {}
    for (const [index, part] of wanted.entries()) {
      const given = parts[index] ?? ''
      if (part.startsWith('{')) params[part.slice(1, -1)] = given
      else if (part !== given) return null
    }
    return params
  }
}
