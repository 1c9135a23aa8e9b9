/** What is recorded of bytes that somebody sent, or had us fetch. */
import type { Asset } from '@safelight/shared'
import type { Received } from './ingest.ts'
import { toKind } from './sniff.ts'

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

export function toUpload({ hash, size, head }: Received, facts: UploadFacts): Asset {
  const { id, declared, name, filePath, tags, owner, createdAt, expiresAt } = facts
  const { contentType, type } = toKind(head, { declared, name })
  return {
    id,
    hash,
    size_bytes: size,
    content_type: contentType,
    type,
    name,
    file_path: filePath,
    tags: [...tags],
    owner,
    job_id: null,
    node_id: null,
    created_at: createdAt,
    expires_at: expiresAt,
  }
}
