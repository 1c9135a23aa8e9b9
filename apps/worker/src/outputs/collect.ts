/** Collects the files of a finished prompt, in the order the host lists them, and reports each as it lands. */
import type { FileItem, HostClient } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'
import type { Asset, Output } from '@safelight/shared'
import { assetIdOf } from '../derived-id.ts'
import type { BlobStore } from './blob-store.ts'
import { toContentType } from './content-type.ts'
import { fetchOutput } from './fetch-output.ts'

export interface CollectOptions {
  jobId: string
  files: readonly FileItem[]
  client: HostClient
  blobs: BlobStore
  maxBytes: number
  retentionMs: number
  /** Waits between tries to fetch one. */
  retryMs: readonly number[]
  clock: Clock
  saveAsset(asset: Asset): Promise<void>
  /** Called once per output, after its bytes and its record are stored. */
  onOutput(output: Output): Promise<void>
  signal: AbortSignal
}

export async function collectOutputs(options: CollectOptions): Promise<void> {
  const { jobId, client, blobs, maxBytes, retryMs, clock, signal } = options
  for (const [id, file] of ownOutputs(jobId, options.files)) {
    const blob = await fetchOutput({ client, blobs, file, maxBytes, retryMs, clock, signal })
    const now = clock.now()
    const { type, contentType } = toContentType(file.filename)
    const output: Output = {
      id,
      node_id: file.node_id,
      name: lastPart(file.filename),
      type,
      content_type: contentType,
      size_bytes: blob.size,
      hash: `blake3:${blob.hash}`,
      expires_at: now + options.retentionMs,
    }
    await options.saveAsset({ ...output, job_id: jobId, created_at: now })
    await options.onOutput(output)
  }
}

/** By asset id, so a file listed under two keys counts once; echoes of inputs are nobody's output. */
function ownOutputs(jobId: string, files: readonly FileItem[]): Map<string, FileItem> {
  const made = files.filter((file) => file.type === 'output' || file.type === 'temp')
  return new Map(made.map((file) => [assetIdOf(jobId, file), file]))
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? 'output'
}
