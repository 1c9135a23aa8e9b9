/** Bytes, wherever they come from, become an output of the job: stored, then on record as an asset. */
import { ingest, type IngestDeps, readPictureSize, type Received } from '@safelight/assets'
import { HostError } from '@safelight/comfyui'
import { type Asset, cutText, type Output, OUTPUT_TEXT_MAX } from '@safelight/shared'
import { TEXT_TYPE, toContentType } from './content-type.ts'

/** Whose outputs they are, and what may become of them. */
export interface OutputKeeping {
  jobId: string
  owner: string
  store: IngestDeps
  maxBytes: number
  retentionMs: number
  /** Whether an earlier attempt of the job ran the node on this host: what that has of it still is the job's own. */
  ranBefore(nodeId: string): boolean
  /** The time by which outputs expire. */
  now(): Promise<number>
  /** Before an asset is made: whether the job is still this worker's. Throws when not. */
  checkClaim: (signal: AbortSignal) => Promise<void>
  /** Told of each once, whoever else has stored it before us, and how long its bytes took. */
  onStored(bytes: number, ms: number): void
}

export interface NewOutput {
  id: string
  node_id: string
  /** Of the file, without folders. */
  name: string
  preview: boolean
  /** Words that a node showed, however they begin. */
  isText?: boolean | undefined
  order?: number | undefined
  reused?: boolean | undefined
  /** Pixels, as the host says. */
  width?: number | undefined
  height?: number | undefined
}

export interface OutputBytes {
  body: AsyncIterable<Uint8Array>
  /** How many the host says there are; null when it does not. */
  sizeBytes: number | null
  signal: AbortSignal
}

export interface KeptOutput {
  output: Output
  asset: Asset
}

/** @throws TooLarge; what the body throws; and, as it is, what the store has to say */
export async function keepOutput(
  keeping: OutputKeeping,
  given: NewOutput,
  { body, sizeBytes, signal }: OutputBytes,
): Promise<KeptOutput> {
  let text: string | undefined
  const startedAt = performance.now()
  const { asset, isNewAsset } = await ingest(keeping.store, {
    body,
    maxBytes: keeping.maxBytes,
    signal,
    async toAsset(received) {
      const { size } = received
      if (sizeBytes !== null && sizeBytes !== size) {
        throw new HostError('bad_answer', `/view ended after ${size} of ${sizeBytes} bytes`)
      }
      await keeping.checkClaim(signal)
      const content = toContent(received, given)
      const made = toAsset(keeping, given, { ...content, nowMs: await keeping.now() })
      text = made.type === 'text' ? toBeginning(received.head) : undefined
      return made
    },
  })
  if (isNewAsset) keeping.onStored(asset.size_bytes, performance.now() - startedAt)
  return { asset, output: toOutput(keeping, asset, { ...given, text }) }
}

type Content = Pick<Asset, 'hash' | 'size_bytes' | 'content_type' | 'type' | 'width' | 'height'>

function toContent({ hash, size: size_bytes, head }: Received, given: NewOutput): Content {
  const { type, contentType: content_type } = given.isText
    ? ({ type: 'text', contentType: TEXT_TYPE } as const)
    : toContentType(head, given.name)
  // the host's word counts for what has no header that we read, such as films
  const size = type === 'image' ? readPictureSize(head) : null
  const { width, height } = size ?? given
  return { hash, size_bytes, content_type, type, ...(width && height && { width, height }) }
}

/** The record of an output. @param content of its bytes, and the time at which it is made */
export function toAsset(
  { jobId, owner, retentionMs }: OutputKeeping,
  given: NewOutput,
  { nowMs, ...content }: Content & { nowMs: number },
): Asset {
  return {
    ...content,
    id: given.id,
    name: given.name,
    file_path: null,
    tags: ['output'],
    owner,
    job_id: jobId,
    node_id: given.node_id,
    ...(given.preview && { preview: true }),
    created_at: nowMs,
    expires_at: nowMs + retentionMs,
  }
}

export function toOutput(
  { ranBefore }: Pick<OutputKeeping, 'ranBefore'>,
  asset: Asset,
  { node_id, order, reused, text }: NewOutput & { text?: string | undefined },
): Output {
  const { id, name, type, content_type, size_bytes, hash, created_at, preview } = asset
  const expires_at = asset.expires_at ?? created_at
  return {
    id,
    node_id,
    name,
    type,
    content_type,
    size_bytes,
    hash,
    expires_at,
    ...(preview && { preview }),
    ...(order !== undefined && { order }),
    ...(text !== undefined && { text }),
    ...(reused && !ranBefore(node_id) && { reused }),
  }
}

/** The last character may have been cut in two. */
function toBeginning(head: Uint8Array): string {
  return cutText(new TextDecoder().decode(head, { stream: true }), OUTPUT_TEXT_MAX)
}
