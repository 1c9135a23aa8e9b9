/**
 * The form of an upload, as it comes in: first its fields, then the file, whose bytes are passed on and never held. A
 * sender that is faster than the store waits; one that is refused is told at once, and what it still sends is dropped.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { TooLarge } from '@safelight/assets'
import { ApiError, toLine } from '@safelight/shared'
import busboy from 'busboy'

export interface UploadForm {
  /** Values by name, in the order they came; a name may come more than once. */
  fields: ReadonlyMap<string, readonly string[]>
  file: Readable
  /** Resolves when the form has ended after its file, as it must; rejects with what is wrong with it. */
  ended: Promise<void>
  /** What is wrong with it, once that is known. */
  readonly trouble: Error | null
  /** Takes no more of it. */
  drop: () => void
}

const LIMITS = {
  files: 1,
  fields: 64,
  parts: 65,
  fieldNameSize: 64,
  fieldSize: 4_096,
  headerPairs: 16,
}
/** Room for what is around the file. */
const FIELDS_MAX_BYTES = 64 * 1024
/** What somebody may still send who has been refused: then the connection is cut. */
const DROPPED_AT_MOST = 64 * 1024 * 1024

/** Resolves when the file begins. @throws ApiError `invalid_upload`; TooLarge */
export async function openForm(request: IncomingMessage, maxBytes: number): Promise<UploadForm> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + FIELDS_MAX_BYTES) {
    throw new TooLarge(maxBytes)
  }
  const parser = createParser(request)
  const fields = new Map<string, string[]>()
  let file: Readable | null = null
  let settle: { resolve: () => void; reject: (error: Error) => void }
  const ended = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  // whoever waits for it hears of it; nobody may, when it was refused before
  ended.catch(() => undefined)
  let isOver = false
  let trouble: Error | null = null

  return await new Promise((resolve, reject) => {
    function fail(error: Error): void {
      if (isOver) return
      isOver = true
      trouble = error
      stop()
      file?.destroy(error)
      settle.reject(error)
      reject(error)
    }
    function stop(): void {
      request.unpipe(parser)
      dropRest(request)
    }

    // a part may have no name, and a value in a charset that nobody knows is none, whatever the types say
    type Given = string | undefined
    parser.on('field', (name: Given, value: Given, { nameTruncated, valueTruncated }) => {
      if (!name) return fail(invalid('A field has no name.'))
      const shown = toLine(name)
      if (value === undefined) return fail(invalid(`${shown}: send it as UTF-8.`))
      if (file) return fail(invalid(`${shown}: send it before the file, which must come last.`))
      if (name === 'file') return fail(invalid('file: send it as a file, with a filename.'))
      if (nameTruncated || valueTruncated) return fail(invalid(`${shown}: is too long.`))
      fields.set(name, [...(fields.get(name) ?? []), value])
    })
    parser.on('file', (name: string | undefined, stream) => {
      // its own trouble is the form's, which says it
      stream.on('error', () => undefined)
      if (name !== 'file')
        return fail(invalid(`${toLine(name ?? '')}: is sent as a file; only file may be.`))
      file = stream
      resolve({
        fields,
        file,
        ended,
        get trouble() {
          return trouble
        },
        drop() {
          if (isOver) return
          isOver = true
          stop()
          stream.destroy()
        },
      })
    })
    parser.on('filesLimit', () => fail(invalid('Send one file per upload.')))
    parser.on('fieldsLimit', () => fail(invalid(`At most ${LIMITS.fields} fields are taken.`)))
    parser.on('partsLimit', () => fail(invalid(`At most ${LIMITS.parts} parts are taken.`)))
    parser.on('error', (cause) => fail(invalid('The form cannot be read to its end.', cause)))
    parser.on('close', () => {
      if (!file) return fail(invalid('file: is missing.'))
      if (isOver) return
      isOver = true
      settle.resolve()
    })
    const onGone = () => {
      if (!request.complete) fail(invalid('The upload broke off.'))
    }
    // what is before the first part and after the last is dropped, and there may be any amount of it
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength
      if (bytes > maxBytes + FIELDS_MAX_BYTES) fail(new TooLarge(maxBytes))
    })
    request.once('close', onGone)
    request.once('error', onGone)
    request.pipe(parser)
  })
}

function createParser({ headers }: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers, defParamCharset: 'utf8', limits: LIMITS })
  } catch (cause) {
    throw invalid('Send `multipart/form-data` with its boundary.', cause)
  }
}

/** An answer that comes while the request still does is lost on a sender whose connection is cut at once. */
function dropRest(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength
    if (bytes > DROPPED_AT_MOST) request.destroy()
  })
  request.resume()
}

function invalid(message: string, cause?: unknown): ApiError {
  return new ApiError('invalid_upload', message, { cause })
}
