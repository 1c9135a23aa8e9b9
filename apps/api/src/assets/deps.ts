/** What the routes of assets stand on. */
import type { BlobStore } from '@safelight/assets'
import type { AssetPage, AssetQuery, AssetStore, JobStore, UploadKeys } from '@safelight/store'

export interface AssetDeps {
  assets: AssetStore
  blobs: BlobStore
  list: (query: AssetQuery) => Promise<AssetPage>
  uploadKeys: UploadKeys
  store: Pick<JobStore, 'load' | 'now'>
  /** How long an upload is kept that does not say so itself, in ms; null: until it is deleted. */
  retentionMs: number | null
  limits: {
    /** Bytes of one file. */
    maxBytes: number
    /** How long one may take to come. */
    uploadMs: number
  }
  /** Throws when Redis has no room for more records. */
  refuseWhenFull: () => Promise<void>
}

/** When what is made now ends (ms since the epoch). @param expiresIn seconds, where the client says so */
export function toExpiry(
  now: number,
  expiresIn: number | undefined,
  retentionMs: number | null,
): number | null {
  if (expiresIn !== undefined) return now + expiresIn * 1000
  return retentionMs === null ? null : now + retentionMs
}
