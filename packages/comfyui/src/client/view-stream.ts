/** A file's bytes as they come, with a limit on how long the host may be silent. */
import { HostError } from '../errors.ts'
import type { Deadline } from './deadline.ts'

/**
 * The clock runs only while a read is outstanding, so that a slow consumer is not taken for a silent host.
 * `toFailure` turns what broke the stream into what the consumer sees.
 */
export function toGuardedStream(
  body: ReadableStream<Uint8Array>,
  deadline: Deadline,
  toFailure: (error: unknown) => unknown,
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
          controller.error(toFailure(error))
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

/** @throws HostError `bad_status` or `not_found`, after letting go of the body */
export async function expectFile(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (response.status === 200 && response.body) return response.body
  await response.body?.cancel()
  throw new HostError(
    response.status === 404 ? 'not_found' : 'bad_status',
    `GET /view answered ${response.status}`,
    { status: response.status },
  )
}
