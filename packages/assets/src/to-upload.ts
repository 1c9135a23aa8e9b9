/** What is recorded of bytes that somebody sent, or had us fetch. */
import type { Asset } from '@safelight/shared'
import type { Received } from './ingest.ts'
import { type PictureSize, readPictureSize } from './picture-size.ts'
import { type Kind, toKind } from './sniff.ts'

/** What its sender says of it. */
export interface UploadFacts {
  /** UUID it gets. */
  id: string
  /** Media type. */
  declared: string
  /** Without folders. */
  name: string
  filePath: string | null
  tags: readonly string[]
  owner: string
  /** ms since the epoch */
  createdAt: number
  /** ms since the epoch; null: until it is deleted */
  expiresAt: number | null
}

export interface UploadLimits {
  /** Of a picture, by its header: some kilobytes can claim to be gigabytes of them. */
  maxPixels: number
}

/** Bytes that are taken from nobody. */
export class RefusedUpload extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RefusedUpload'
  }
}

/** @throws RefusedUpload */
export function toUpload(
  { hash, size, head }: Received,
  facts: UploadFacts,
  limits: UploadLimits,
): Asset {
  const { id, declared, name, filePath, tags, owner, createdAt, expiresAt } = facts
  const kind = toKind(head, { declared, name })
  const pixels = kind.type === 'image' ? sizeOf(head, kind, limits) : null
  return {
    id,
    hash,
    size_bytes: size,
    content_type: kind.contentType,
    type: kind.type,
    name,
    file_path: filePath,
    tags: [...tags],
    owner,
    job_id: null,
    node_id: null,
    ...pixels,
    created_at: createdAt,
    expires_at: expiresAt,
  }
}

/** These say how large they are in their first bytes, always. */
const SAYS_AT_ONCE = new Set(['image/png', 'image/gif', 'image/webp'])
const HEADER_BYTES = 30

function sizeOf(head: Buffer, { contentType }: Kind, limits: UploadLimits): PictureSize | null {
  const size = readPictureSize(head)
  if (size && size.width * size.height > limits.maxPixels) {
    throw new RefusedUpload(`A picture may have ${limits.maxPixels} pixels at most.`)
  }
  if (!size && SAYS_AT_ONCE.has(contentType) && head.length >= HEADER_BYTES) {
    throw new RefusedUpload('The picture says of itself no size that a picture can have.')
  }
  return size
}
