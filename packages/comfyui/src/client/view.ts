/** A file on the host: checked before it is asked for, then its bytes as they come. */
import { HostError } from '../errors.ts'
import type { Deadline } from './deadline.ts'
import { type HostCall, isDenied } from './request.ts'
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
  body: ReadableStream<Uint8Array>,
  deadline: Deadline,
  toError: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        deadline.arm()
        try {
          const { done, value } = await reader.read()
          deadline.disarm()
          if (!done) return controller.enqueue(value)
          deadline.close()
          controller.close()
        } catch (error) {
          deadline.close()
          controller.error(toError(error))
        }
      },
      async cancel(reason) {
        deadline.close()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The number of bytes to come, unless a compressed transfer hides it. */
export function toSize(headers: Headers): number | null {
  const length = headers.get('content-length')
  if (length === null || headers.has('content-encoding')) return null
  return /^\d+$/.test(length) ? Number(length) : null
}

/** @throws HostError `bad_status`, `not_found` or `unauthorized`, after letting go of the body */
export async function expectFile(
  call: HostCall,
  response: Response,
): Promise<ReadableStream<Uint8Array>> {
  const { status } = response
  if (status === 200 && response.body) return response.body
  await response.body?.cancel()
  const location = response.headers.get('location')
  // 403 is ComfyUI's own answer to a file that is outside of its folders
  const denied = status !== 403 && isDenied(call, { status, location })
  const code = status === 404 ? 'not_found' : denied ? 'unauthorized' : 'bad_status'
  throw new HostError(code, `GET /view answered ${status}`, { status })
}
