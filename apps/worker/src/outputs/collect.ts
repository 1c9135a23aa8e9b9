/** Collects the files of a finished prompt, in the order the host lists them, and reports each as it lands. */
import type { FileItem, HostClient } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'
import type { Asset, Output } from '@safelight/shared'
import type { BlobStore } from './blob-store.ts'
import { lastPart } from './choose-outputs.ts'
import { toContentType } from './content-type.ts'
import { type MissingFile, OutputMissing } from './errors.ts'
import { fetchOutput } from './fetch-output.ts'

export interface CollectOptions {
  jobId: string
  /** By asset id; see choose-outputs.ts. */
  files: ReadonlyMap<string, FileItem>
  client: HostClient
  blobs: BlobStore
  maxBytes: number
  retentionMs: number
  /** Waits between tries to fetch one. */
  retryMs: readonly number[]
  clock: Clock
  /** The time by which outputs expire. */
  now(): Promise<number>
  saveAsset(asset: Asset): Promise<void>
  /** Called once per output, after its bytes and its record are stored. */
  onOutput(output: Output): Promise<void>
  signal: AbortSignal
}

/** Files that are asked for again before the rest is only asked for once. */
const PATIENT_FOR = 3

/** One file that cannot be had does not keep the others: it is told at the end. @throws OutputMissing */
export async function collectOutputs(options: CollectOptions): Promise<void> {
  const missing: Missing[] = []
  for (const [id, file] of options.files) {
    // many that cannot be had must not hold up the job for the sum of their retries
    const retryMs = missing.length < PATIENT_FOR ? options.retryMs : []
    try {
      await collectOne({ ...options, retryMs }, id, file)
    } catch (error) {
      if (!(error instanceof OutputMissing) || error.reason === 'unreachable') throw error
      missing.push({ error, file: toMissingFile(file, error.reason) })
    }
  }
  const [first, ...others] = missing
  if (first) throw toSummary(first, others)
}

async function collectOne(options: CollectOptions, id: string, file: FileItem): Promise<void> {
  const { jobId, client, blobs, maxBytes, retryMs, clock, signal } = options
  const blob = await fetchOutput({ client, blobs, file, maxBytes, retryMs, clock, signal })
  const now = await options.now()
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

interface Missing {
  error: OutputMissing
  file: MissingFile
}

/** A name may be anything a custom node wrote, and a node may list thousands. */
const MOST_NAMED = 100
const LONGEST_NAME = 200

function toMissingFile({ node_id, filename }: FileItem, reason: MissingFile['reason']) {
  return { node_id, name: lastPart(filename).slice(-LONGEST_NAME), reason }
}

function toSummary({ error, file }: Missing, others: readonly Missing[]): OutputMissing {
  const more = others.length > 0 ? ` ${others.length} more are missing.` : ''
  const files = [file, ...others.slice(0, MOST_NAMED - 1).map((other) => other.file)]
  return new OutputMissing(error.reason, error.message + more, { files, cause: error })
}
