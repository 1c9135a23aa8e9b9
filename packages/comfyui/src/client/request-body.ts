/** What goes along with a call: nothing, JSON, or a file as its bytes come. */
import { Readable } from 'node:stream'
import type { Deadline } from './deadline.ts'
import type { HostCall } from './request.ts'

export interface Upload {
  contentType: string
  /** How many bytes there will be. */
  bytes: number
  body: AsyncIterable<Uint8Array>
}

/** Asked before each part of a body goes out. @throws then, the host never has all of it */
export type BeforePart = () => Promise<void>

/** A part that is with the system goes out whatever becomes of us: it should not be much. */
const PART_BYTES = 64 * 1024

export interface RequestBody {
  headers: Record<string, string>
  body: string | Readable | null
  /** What the bytes of an upload broke off with: our trouble, not the host's. */
  readonly fault: { error: unknown } | null
}

export function toRequestBody(
  { json, jsonText, beforePart, upload }: HostCall,
  deadline: Deadline,
): RequestBody {
  if (upload) return toUploadBody(upload, deadline)
  if (jsonText !== undefined && beforePart) {
    return toUploadBody(toGuardedJson(jsonText, beforePart), deadline)
  }
  const text = jsonText ?? (json === undefined ? null : JSON.stringify(json))
  return text === null
    ? { headers: {}, body: null, fault: null }
    : { headers: { 'content-type': 'application/json' }, body: text, fault: null }
}

function toGuardedJson(jsonText: string, beforePart: BeforePart): Upload {
  const bytes = Buffer.from(jsonText)
  return {
    contentType: 'application/json',
    bytes: bytes.byteLength,
    body: (async function* () {
      for (let at = 0; at < bytes.byteLength; at += PART_BYTES) {
        await beforePart()
        yield bytes.subarray(at, at + PART_BYTES)
      }
    })(),
  }
}

function toUploadBody({ contentType, bytes, body }: Upload, deadline: Deadline): RequestBody {
  let fault: RequestBody['fault'] = null

  async function* taken(): AsyncGenerator<Uint8Array> {
    const chunks = body[Symbol.asyncIterator]()
    try {
      for (;;) {
        const { done, value } = await next(chunks)
        if (done) return
        yield value
      }
    } finally {
      await chunks.return?.()
    }
  }

  /** The clock runs while the host is to take a chunk, or to answer: not while we wait for bytes of our own. */
  async function next(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    deadline.disarm()
    try {
      const chunk = await chunks.next()
      deadline.arm()
      return chunk
    } catch (error) {
      fault = { error }
      throw error
    }
  }

  return {
    headers: { 'content-type': contentType, 'content-length': String(bytes) },
    // nothing is read ahead of the host
    body: Readable.from(taken(), { objectMode: true, highWaterMark: 1 }),
    get fault() {
      return fault
    },
  }
}
