/** One HTTP call to a host: deadline, size limit and failures as `HostError`s with a code. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { HostError } from '../errors.ts'
import { parseLenientJson } from '../protocol/json.ts'
import type { Deadline } from './deadline.ts'
import { createDeadline } from './deadline.ts'
import { ACCEPTED_ENCODINGS, decodeBody } from './decode-body.ts'
import type { HostAddress } from './host-address.ts'
import type { HostPool } from './host-pool.ts'
import { type BeforePart, type Upload, toRequestBody } from './request-body.ts'

/** History and object_info of big installations are some MB; more than this is not an answer we can use. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

export interface HostCall {
  method: 'GET' | 'POST' | 'HEAD'
  /** Path and query, e.g. `/history/…`. */
  path: string
  json?: unknown
  /** JSON that is written already; in place of `json`. */
  jsonText?: string
  /** Of what is written already. */
  beforePart?: BeforePart | undefined
  /** Bytes as they come; in place of JSON. The host may be silent for `timeoutMs` from one chunk to the next. */
  upload?: Upload
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

export interface TextAnswer {
  status: number
  /** Where a redirect leads. */
  location: string | null
  contentType: string
  text: string
}

/** What came before the body. */
export interface OpenAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Readable
  /** The caller closes it, with the body. */
  deadline: Deadline
}

export interface Requester {
  /** The whole answer, whatever its status. */
  text(call: HostCall): Promise<TextAnswer>
  /** Headers only: the caller reads the body to its end, or destroys it, under the deadline. */
  open(call: HostCall): Promise<OpenAnswer>
}

export interface RequesterOptions {
  /** Asked at each call: credentials may change. */
  address: () => HostAddress
  timeoutMs: number
  pool: HostPool
}

export function createRequester({ address, timeoutMs, pool }: RequesterOptions): Requester {
  async function open(call: HostCall, accept: Record<string, string> = {}): Promise<OpenAnswer> {
    const deadline = createDeadline(call.timeoutMs ?? timeoutMs, call.signal)
    const body = toRequestBody(call, deadline)
    try {
      const { url, headers } = address().call(call.path)
      const { origin, pathname, search } = new URL(url)
      // no Origin header: hosts on loopback answer 403 to a foreign one. No redirect is followed: wherever it
      // leads, our credentials do not go there
      const answer = await pool.request({
        origin,
        path: pathname + search,
        method: call.method,
        signal: deadline.signal,
        headers: { ...ALWAYS, ...accept, ...lowerCased(headers), ...body.headers },
        body: body.body,
      })
      // whoever reads it is told, also when it broke before
      answer.body.on('error', () => {})
      return { status: answer.statusCode, headers: answer.headers, body: answer.body, deadline }
    } catch (error) {
      deadline.close()
      throw body.fault ? body.fault.error : toHostError(call, deadline, error)
    }
  }

  return {
    open,
    async text(call) {
      const { status, headers, body, deadline } = await open(call, AS_TEXT)
      try {
        return {
          status,
          location: headerOf(headers, 'location'),
          contentType: headerOf(headers, 'content-type') ?? '',
          text: await readText(decodeBody(body, headerOf(headers, 'content-encoding'))),
        }
      } catch (error) {
        throw toHostError(call, deadline, error)
      } finally {
        deadline.close()
      }
    },
  }
}

/** Guards before a host turn away who does not say what he is. */
const ALWAYS = { accept: '*/*', 'user-agent': 'safelight' }
const AS_TEXT = { 'accept-encoding': ACCEPTED_ENCODINGS }

/** Names of headers mean the same in any case: what an operator gives takes the place of ours. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

/** One that is sent several times counts as it came first. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** @throws HostError `unauthorized` or `bad_status` unless 2xx */
export function expectOk(call: HostCall, answer: Pick<TextAnswer, 'status' | 'location'>): void {
  const { status } = answer
  if (status >= 200 && status < 300) return
  const code = isDenied(call, answer) ? 'unauthorized' : 'bad_status'
  throw new HostError(code, `${describe(call)} answered ${status}`, { status })
}

/** ComfyUI itself never redirects these calls. */
const TEMPORARY = new Set([302, 303, 307])

/**
 * Whether somebody in front of the host wants other credentials. A login page is where one is sent for now, and
 * another place; the same place under another scheme or name is only an address that should be corrected.
 */
export function isDenied(
  call: HostCall,
  { status, location }: Pick<TextAnswer, 'status' | 'location'>,
): boolean {
  if (status === 401 || status === 403) return true
  if (!TEMPORARY.has(status) || location === null) return false
  const place = (url: string) => new URL(url, 'http://host').pathname.replace(/\/+$/, '')
  return URL.canParse(location, 'http://host') && !place(location).endsWith(place(call.path))
}

/** @throws HostError `bad_answer` when it is not JSON, not even as Python writes it */
export function parseAnswer(call: HostCall, text: string): unknown {
  try {
    return parseLenientJson(text)
  } catch (cause) {
    throw new HostError('bad_answer', `${describe(call)} answered something else than JSON`, {
      cause,
    })
  }
}

/** What the caller gets of a failed call; its own abort comes through as it is. */
export function toHostError(call: HostCall, deadline: Deadline, error: unknown): unknown {
  if (error instanceof HostError) return error
  if (deadline.expired) {
    return new HostError('timeout', `${describe(call)} got no answer in time`, { cause: error })
  }
  if (deadline.signal.aborted) return error
  return new HostError('unreachable', `${describe(call)} could not reach the host`, {
    cause: error,
  })
}

/** Without the query: it may name files. */
export function describe(call: HostCall): string {
  return `${call.method} ${call.path.split('?')[0]}`
}

/** @throws HostError `bad_answer` when it is too long: a whole history once ran into Node's string limit */
async function readText(body: Readable): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    // leaving the loop ends the connection
    if (bytes > MAX_ANSWER_BYTES) {
      throw new HostError('bad_answer', `The host answered more than ${MAX_ANSWER_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  return new TextDecoder().decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
}
