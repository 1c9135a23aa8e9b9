/** Collects the files of a finished prompt, in the order the host lists them, and reports each as it lands. */
import { ingest, type IngestDeps } from '@safelight/assets'
import { type FileItem, type HostClient, HostError } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'
import type { Asset, Output } from '@safelight/shared'
import { lastPart } from './choose-outputs.ts'
import { toContentType } from './content-type.ts'
import { type MissingFile, OutputMissing } from './errors.ts'
import { fetchOutput } from './fetch-output.ts'

export interface CollectOptions {
  jobId: string
  owner: string
  /** By asset id; see choose-outputs.ts. */
  files: ReadonlyMap<string, FileItem>
  client: HostClient
  store: IngestDeps
  maxBytes: number
  retentionMs: number
  /** Waits between tries to fetch one. */
  retryMs: readonly number[]
  clock: Clock
  /** The time by which outputs expire. */
  now(): Promise<number>
  /** Before an asset is made: whether the job is still this worker's. Throws when not. */
  checkClaim(): Promise<void>
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
  const { client, store, maxBytes, retryMs, clock, signal } = options
  const output = await fetchOutput({
    client,
    file,
    maxBytes,
    retryMs,
    clock,
    signal,
    async keep(body, sizeBytes) {
      const { asset } = await ingest(store, {
        body,
        maxBytes,
        signal,
        async toAsset({ hash, size }) {
          if (sizeBytes !== null && sizeBytes !== size) {
            throw new HostError('bad_answer', `/view ended after ${size} of ${sizeBytes} bytes`)
          }
          await options.checkClaim()
          return toAsset(options, { id, file, hash, size, nowMs: await options.now() })
        },
      })
      return toOutput(asset, file)
    },
  })
  await options.onOutput(output)
}

interface Facts {
  id: string
  file: FileItem
  hash: string
  size: number
  nowMs: number
}

function toAsset({ jobId, owner, retentionMs }: CollectOptions, facts: Facts): Asset {
  const { id, file, hash, size, nowMs } = facts
  const { type, contentType } = toContentType(file.filename)
  return {
    id,
    hash,
    size_bytes: size,
    content_type: contentType,
    type,
    name: lastPart(file.filename),
    file_path: null,
    tags: ['output'],
    owner,
    job_id: jobId,
    node_id: file.node_id,
    created_at: nowMs,
    expires_at: nowMs + retentionMs,
  }
}

function toOutput(asset: Asset, { node_id }: FileItem): Output {
  const { id, name, type, content_type, size_bytes, hash, created_at } = asset
  const expires_at = asset.expires_at ?? created_at
  return { id, node_id, name, type, content_type, size_bytes, hash, expires_at }
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
