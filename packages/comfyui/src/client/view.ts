/** A file on the host: checked before it is asked for, then its bytes as they come. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { HostError } from '../errors.ts'
import type { Deadline } from './deadline.ts'
import { decodeBody } from './decode-body.ts'
import { headerOf, type HostCall, isDenied, type OpenAnswer } from './request.ts'
import type { FileItem } from './types.ts'
import { PATH_MAX } from '../history/outputs.ts'

const FOLDERS = new Set(['output', 'temp', 'input'])
/** The host reads `name.png [input]` as another folder and `blake3:…` as an asset: neither is a file name. */
const DISGUISED = /\[(?:output|temp|input)\]\s*$|^blake3:/

/**
 * The URL path of a file, once it is certain that it stays in the host's own folders.
 * Output items are written by custom nodes, so they are checked like user input.
 * @throws HostError `outside`
 */
export function toViewPath(file: FileItem): string {
  if (
    !FOLDERS.has(file.type) ||
    file.filename === '' ||
    file.filename.length > PATH_MAX ||
    file.subfolder.length > PATH_MAX ||
    DISGUISED.test(file.filename) ||
    leavesFolder(file.filename) ||
    leavesFolder(file.subfolder)
  ) {
    throw new HostError('outside', 'The host listed a file outside of its folders')
  }
  const { filename, subfolder, type } = file
  return `/view?${new URLSearchParams({ filename, subfolder, type }).toString()}`
}

/** `\` counts as a separator too: the host may run on Windows, where `C:` is a root as well. */
function leavesFolder(path: string): boolean {
  return (
    path.includes('\0') || /^(?:[/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..')
  )
}

/**
 * Limits how long the host may be silent.
 * The clock runs only while a read is outstanding, so that a slow consumer is not taken for a silent host.
 * `toError` turns what broke the stream into what the consumer gets.
 */
export function toGuardedStream(
  body: Readable,
  deadline: Deadline,
  toError: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        deadline.arm()
        try {
          const { done, value } = await chunks.next()
          deadline.disarm()
          if (!done) return controller.enqueue(value)
          deadline.close()
          controller.close()
        } catch (error) {
          deadline.close()
          controller.error(toError(error))
        }
      },
      cancel() {
        deadline.close()
        // ends the connection: what is still to come is wanted by nobody
        body.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The number of bytes to come, unless a compressed transfer hides it. */
export function toSize(headers: IncomingHttpHeaders): number | null {
  const length = headerOf(headers, 'content-length')
  if (length === null || headerOf(headers, 'content-encoding') !== null) return null
  return /^\d+$/.test(length) ? Number(length) : null
}

/** @throws HostError `bad_status`, `not_found`, `unauthorized` or `bad_answer`, after letting go of the body */
export function expectFile(call: HostCall, { status, headers, body }: OpenAnswer): Readable {
  if (status === 200) return decodeBody(body, headerOf(headers, 'content-encoding'))
  body.destroy()
  const location = headerOf(headers, 'location')
  // 403 is ComfyUI's own answer to a file that is outside of its folders
  const denied = status !== 403 && isDenied(call, { status, location })
  const code = status === 404 ? 'not_found' : denied ? 'unauthorized' : 'bad_status'
  throw new HostError(code, `GET /view answered ${status}`, { status })
}
