/** What goes along with a call: nothing, JSON, or a file as its bytes come. */
import type { Deadline } from './deadline.ts'
import type { HostCall } from './request.ts'

export interface Upload {
  contentType: string
  /** How many bytes there will be. */
  bytes: number
  body: AsyncIterable<Uint8Array>
}

export interface RequestBody {
  headers: Record<string, string>
  init: RequestInit
  /** What the bytes of an upload broke off with: our trouble, not the host's. */
  readonly fault: { error: unknown } | null
}

export function toRequestBody(
  { json, jsonText, upload }: HostCall,
  deadline: Deadline,
): RequestBody {
  if (upload) return toUploadBody(upload, deadline)
  const text = jsonText ?? (json === undefined ? null : JSON.stringify(json))
  return text === null
    ? { headers: {}, init: {}, fault: null }
    : { headers: { 'content-type': 'application/json' }, init: { body: text }, fault: null }
}

function toUploadBody({ contentType, bytes, body }: Upload, deadline: Deadline): RequestBody {
  let fault: RequestBody['fault'] = null
  const chunks = body[Symbol.asyncIterator]()
  // pulled one by one: nothing is read ahead of the host
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        // the clock runs while the host is to take a chunk, or to answer: not while we wait for bytes of our own
        deadline.disarm()
        try {
          const { done, value } = await chunks.next()
          deadline.arm()
          if (done) controller.close()
          else controller.enqueue(new Uint8Array(value))
        } catch (error) {
          fault = { error }
          controller.error(error)
        }
      },
      async cancel() {
        await chunks.return?.()
      },
    },
    { highWaterMark: 0 },
  )
  // known to fetch, not to its types
  const init: RequestInit & { duplex: 'half' } = { body: stream, duplex: 'half' }
  return {
    headers: { 'content-type': contentType, 'content-length': String(bytes) },
    init,
    get fault() {
      return fault
    },
  }
}
