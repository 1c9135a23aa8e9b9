/** One HTTP request to the API: the answer, or a `RequestError` that says why there is none. */
import { isApiErrorCode } from '@safelight/shared'
import { RequestError } from '../errors.ts'
import type { ClientOptions } from '../types.ts'

export interface HttpOptions {
  baseUrl: string
  token: () => string | undefined
  fetch: typeof globalThis.fetch
}

export interface ApiCall {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'
  query?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Sent as JSON. */
  body?: unknown
  /** JSON that is written already; in place of `body`. */
  bodyText?: string
  /** Sent as it is; in place of `body`. Its type goes into the headers unless it knows it itself. */
  content?: FormData | ReadableStream<Uint8Array>
  /** Used in place of the client's `fetch`. */
  send?: (url: URL, init: RequestInit) => Promise<Response>
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal | undefined
}

export interface Http {
  readonly options: HttpOptions
  /** The answer's JSON; undefined for 204. The shapes are the API's own: see docs/adr/0011-the-client-trusts-its-api.md */
  json<T>(path: string, call?: ApiCall): Promise<T>
  /** The answer itself, if it is one of success. `url` may be absolute; the token goes only to the API. */
  open(url: string, call?: ApiCall): Promise<Response>
}

export function toTokenSource(token: ClientOptions['token']): () => string | undefined {
  return typeof token === 'function' ? token : () => token
}

export function createHttp(options: HttpOptions): Http {
  const { baseUrl, token, fetch } = options

  async function open(url: string, call: ApiCall = {}): Promise<Response> {
    const { method = 'GET', headers, signal } = call
    const text = call.bodyText ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
    const body = call.content ?? text
    const address = toAddress(baseUrl, url, call.query)
    const secret = address.origin === new URL(baseUrl).origin ? token() : undefined
    const init: RequestInit = {
      method,
      headers: {
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      // a stream wants to be told that nothing comes back before it has gone out
      ...(body instanceof ReadableStream && { duplex: 'half' }),
      ...(signal && { signal }),
    }
    const answer = await (call.send ?? fetch)(address, init).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new RequestError('unreachable', `${address.origin} cannot be reached.`, { cause })
    })
    if (!answer.ok) throw await toRefusal(answer)
    return answer
  }

  return {
    options,
    open,
    async json<T>(path: string, call: ApiCall = {}): Promise<T> {
      const answer = await open(path, call)
      if (answer.status === 204) return undefined as T
      const body: unknown = await answer.json().catch((cause: unknown) => {
        call.signal?.throwIfAborted()
        throw notSafelight(answer, cause)
      })
      if (typeof body !== 'object' || body === null) throw notSafelight(answer)
      // the API is our own, of the same version or a later one, which only adds
      return body as T
    },
  }
}

function toAddress(baseUrl: string, url: string, query: ApiCall['query']): URL {
  const address = new URL(/^https?:/.test(url) ? url : `${baseUrl}${url}`)
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? []].flat()) address.searchParams.append(name, one)
  }
  return address
}

/** What is not in the API's words comes from something between us: a proxy, or another server. */
async function toRefusal(answer: Response): Promise<RequestError> {
  const body: unknown = await answer.json().catch(() => null)
  const error = readObject(readObject(body)?.['error'])
  const { code, message, details } = error ?? {}
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
  if (typeof code !== 'string' || !isApiErrorCode(code)) return notSafelight(answer)
  return new RequestError(code, typeof message === 'string' ? message : code, {
    status: answer.status,
    details: readObject(details),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null,
  })
}

function notSafelight({ status, url }: Response, cause?: unknown): RequestError {
  const where = URL.canParse(url) ? new URL(url).origin : 'the server'
  // a gateway that cannot reach the API says so with these
  const code = status >= 502 && status <= 504 ? 'unreachable' : 'bad_answer'
  return new RequestError(code, `${where} answered ${status}, and not as Safelight does.`, {
    status,
    cause,
  })
}

function readObject(value: unknown): Record<string, unknown> | null {
  // a plain object of JSON
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}
