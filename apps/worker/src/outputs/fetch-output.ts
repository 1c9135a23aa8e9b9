/** Brings one file from the host to the blob store, trying again while the trouble may pass. */
import { type FileItem, type HostClient, HostError } from '@safelight/comfyui'
import { type Clock, sleep } from '@safelight/runtime'
import { type BlobStore, type StoredBlob, tooLarge } from './blob-store.ts'
import { OutputMissing } from './errors.ts'

export interface FetchOptions {
  client: HostClient
  blobs: BlobStore
  file: FileItem
  maxBytes: number
  /** Waits between tries. */
  retryMs: readonly number[]
  clock: Clock
  signal: AbortSignal
}

export async function fetchOutput(options: FetchOptions): Promise<StoredBlob> {
  const { file, signal, retryMs, clock } = options
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetchOnce(options)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof OutputMissing) throw error
      const waitMs = retryMs[tries]
      if (waitMs === undefined) throw toOutputMissing(file, error)
      await sleep(clock, waitMs, signal)
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
