/** Brings one file home from the host, trying again while the trouble may pass. */
import { type FileItem, type HostClient, HostError } from '@safelight/comfyui'
import { type Clock, sleep } from '@safelight/runtime'
import { TooLarge } from '@safelight/assets'
import { type MissingReason, OutputMissing } from './errors.ts'

export interface FetchOptions<T> {
  client: HostClient
  file: FileItem
  /** Takes the bytes in. `sizeBytes`: how many the host says there are; null when it does not. */
  keep: (body: AsyncIterable<Uint8Array>, sizeBytes: number | null) => Promise<T>
  maxBytes: number
  /** Waits between tries. */
  retryMs: readonly number[]
  clock: Clock
  signal: AbortSignal
}

/** @throws OutputMissing; and, as it is, what our own disk has to say */
export async function fetchOutput<T>(options: FetchOptions<T>): Promise<T> {
  const { signal, retryMs, clock } = options
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetchOnce(options)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof OutputMissing) throw error
      const waitMs = retryMs[tries]
      if (waitMs === undefined || isLasting(error)) return lastTry(options, error)
      await sleep(clock, waitMs, signal)
    }
  }
}

async function fetchOnce<T>({ client, file, keep, maxBytes, signal }: FetchOptions<T>): Promise<T> {
  const { body, size } = await client.view(file, signal)
  if (size !== null && size > maxBytes) {
    await body.cancel()
    throw tooLarge(maxBytes)
  }
  try {
    return await keep(body, size)
  } catch (error) {
    throw error instanceof TooLarge ? tooLarge(maxBytes) : error
  }
}

function tooLarge(maxBytes: number): OutputMissing {
  return new OutputMissing('too_large', `An output is larger than the limit of ${maxBytes} bytes.`)
}

/** A host that answers other questions is not away: then it is this file that it cannot serve. */
async function lastTry<T>(options: FetchOptions<T>, error: unknown): Promise<T> {
  const { client, file, signal } = options
  if (!(error instanceof HostError)) throw error
  if (!isSilence(error)) throw toOutputMissing(file, error)
  try {
    await client.queueDepth(signal)
  } catch (silence) {
    signal.throwIfAborted()
    // an answer of whatever kind
    if (!(silence instanceof HostError) || isSilence(silence)) throw toUnreachable(file, error)
  }
  try {
    return await fetchOnce(options)
  } catch (again) {
    signal.throwIfAborted()
    if (!(again instanceof HostError)) throw again
    throw toOutputMissing(file, again)
  }
}

/** To be denied says nothing of the file: the host may be had again with other credentials. */
function isSilence({ code }: HostError): boolean {
  return code === 'unreachable' || code === 'timeout' || code === 'unauthorized'
}

/** Statuses that ask for patience; 404 may pass too, while the host's disk catches up with its history. */
const PASSING = new Set([404, 408, 425, 429])

/** Asking again would be answered in the same way. */
function isLasting(error: unknown): boolean {
  if (!(error instanceof HostError)) return false
  if (error.code === 'outside') return true
  if (error.status === null || error.code === 'unauthorized') return false
  return error.status >= 400 && error.status < 500 && !PASSING.has(error.status)
}

const TEXTS: Record<MissingReason, string> = {
  not_found: 'is no longer on the host',
  refused: 'is refused by the host',
  failed: 'could not be fetched',
  too_large: 'is too large',
}

function toOutputMissing(file: FileItem, cause: HostError): OutputMissing {
  const reason = cause.code === 'not_found' ? 'not_found' : isLasting(cause) ? 'refused' : 'failed'
  return new OutputMissing(reason, toText(file, TEXTS[reason]), { cause })
}

function toUnreachable(file: FileItem, cause: HostError): OutputMissing {
  return new OutputMissing('unreachable', toText(file, TEXTS.failed), { cause })
}

/** Whatever the node called it: a message is a line. */
const LONGEST_NAME = 200

function toText({ filename, node_id }: FileItem, what: string): string {
  return `Output ${filename.slice(-LONGEST_NAME)} of node ${node_id} ${what}.`
}
