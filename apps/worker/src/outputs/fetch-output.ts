/** Brings one file from the host to the blob store, trying again while the trouble may pass. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type FileItem, type HostClient, HostError } from '@safelight/comfyui'
import { type BlobStore, type StoredBlob, tooLarge } from './blob-store.ts'
import { OutputMissing } from './errors.ts'

/** Waits between tries; 404 may pass too, while the host's disk catches up with its history. */
const RETRY_MS = [200, 600, 1_500, 4_000]

export interface FetchOptions {
  client: HostClient
  blobs: BlobStore
  file: FileItem
  maxBytes: number
  /** Only tests have reason to change it. */
  retryMs?: readonly number[]
  signal: AbortSignal
}

export async function fetchOutput(options: FetchOptions): Promise<StoredBlob> {
  const { file, signal, retryMs = RETRY_MS } = options
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetchOnce(options)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof OutputMissing) throw error
      const waitMs = retryMs[tries]
      if (waitMs === undefined) throw toOutputMissing(file, error)
      await sleep(waitMs, undefined, { signal })
    }
  }
}

async function fetchOnce({ client, blobs, file, maxBytes, signal }: FetchOptions) {
  const { body, size } = await client.view(file, signal)
  if (size !== null && size > maxBytes) {
    await body.cancel()
    throw tooLarge(maxBytes)
  }
  const blob = await blobs.write(body, { maxBytes, signal })
  if (size !== null && size !== blob.size) {
    throw new HostError('bad_answer', `/view ended after ${blob.size} of ${size} bytes`)
  }
  return blob
}

function toOutputMissing(file: FileItem, cause: unknown): OutputMissing {
  const gone = cause instanceof HostError && cause.code === 'not_found'
  return new OutputMissing(
    gone ? 'not_found' : 'unreachable',
    `Output ${file.filename} of node ${file.node_id} ${gone ? 'is no longer on the host' : 'could not be fetched'}.`,
    cause,
  )
}
