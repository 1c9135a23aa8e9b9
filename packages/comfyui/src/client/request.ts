/** One HTTP call to a host: deadline, size limit and failures as `HostError`s with a code. */
import { HostError } from '../errors.ts'
import { parseLenientJson } from '../protocol/json.ts'
import type { Deadline } from './deadline.ts'
import { createDeadline } from './deadline.ts'
import type { HostAddress } from './host-address.ts'
import { type Upload, toRequestBody } from './request-body.ts'

/** History and object_info of big installations are some MB; more than this is not an answer we can use. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

export interface HostCall {
  method: 'GET' | 'POST' | 'HEAD'
  /** Path and query, e.g. `/history/…`. */
  path: string
  json?: unknown
  /** JSON that is written already; in place of `json`. */
  jsonText?: string
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

export interface Requester {
  /** The whole answer, whatever its status. */
  text(call: HostCall): Promise<TextAnswer>
  /** Headers only: the caller reads the body, under the deadline, and closes it. */
  open(call: HostCall): Promise<{ response: Response; deadline: Deadline }>
}

export interface RequesterOptions {
  /** Asked at each call: credentials may change. */
  address: () => HostAddress
  timeoutMs: number
  fetch: typeof globalThis.fetch
}

export function createRequester({ address, timeoutMs, fetch }: RequesterOptions): Requester {
  async function open(call: HostCall): Promise<{ response: Response; deadline: Deadline }> {
    const deadline = createDeadline(call.timeoutMs ?? timeoutMs, call.signal)
    const body = toRequestBody(call, deadline)
    const { url, headers } = address().call(call.path)
    try {
      // no Origin header: hosts on loopback answer 403 to a foreign one
      const response = await fetch(url, {
        method: call.method,
        signal: deadline.signal,
        // wherever it leads, our credentials do not go there
        redirect: 'manual',
        headers: { ...headers, ...body.headers },
        ...body.init,
      })
      return { response, deadline }
    } catch (error) {
      deadline.close()
      throw body.fault ? body.fault.error : toHostError(call, deadline, error)
    }
  }

  return {
    open,
    async text(call) {
      const { response, deadline } = await open(call)
      try {
        const text = await readText(response, MAX_ANSWER_BYTES)
        const contentType = response.headers.get('content-type') ?? ''
        return {
          status: response.status,
          location: response.headers.get('location'),
          contentType,
          text,
        }
      } catch (error) {
        throw toHostError(call, deadline, error)
      } finally {
        deadline.close()
      }
    },
  }
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

/** @throws HostError `bad_answer` beyond `maxBytes`: a whole history once ran into Node's string limit */
async function readText(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  const parts: string[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel()
      throw new HostError('bad_answer', `The host answered more than ${maxBytes} bytes`)
    }
    parts.push(decoder.decode(value, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}
