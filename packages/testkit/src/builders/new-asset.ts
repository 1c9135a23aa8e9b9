/** A picture of twelve bytes that somebody has uploaded, as the store keeps it. */
import { randomUUID } from 'node:crypto'
import type { Asset } from '@safelight/shared'

export function newAsset(over: Partial<Asset> = {}): Asset {
  return {
    id: randomUUID(),
    hash: `blake3:${'ab'.repeat(32)}`,
    size_bytes: 12,
    content_type: 'image/png',
    type: 'image',
    name: 'photo.png',
    file_path: null,
    tags: [],
    owner: 'default',
    job_id: null,
    node_id: null,
    created_at: 5,
    expires_at: null,
    ...over,
  }
}
