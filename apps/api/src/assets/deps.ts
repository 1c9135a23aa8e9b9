/** What the routes of assets stand on. */
import type { BlobStore, Thumbnails, UploadLimits } from '@safelight/assets'
import type { AssetPage, AssetQuery, AssetStore, JobStore, UploadKeys } from '@safelight/store'
import type { ReadDeps } from '../jobs/read.ts'
import type { FetchAsset } from './from-url.ts'

export interface AssetDeps {
  assets: AssetStore
  blobs: BlobStore
  list: (query: AssetQuery) => Promise<AssetPage>
  uploadKeys: UploadKeys
  store: Pick<JobStore, 'load' | 'loadWorkflowText' | 'now'>
  jobs: Pick<ReadDeps, 'positions' | 'whyWaits'>
  /** How long an upload is kept that does not say so itself, in ms; null: until it is deleted. */
  retentionMs: number | null
  thumbnails: Thumbnails
  fetchAsset: FetchAsset
  /** How long an address of a store's own is good that we send somebody to. */
  redirectSeconds: number
  limits: UploadLimits & {
    /** Bytes of one file. */
    maxBytes: number
    /** How long one may take to come. */
    uploadMs: number
  }
  /** Throws when Redis has no room for more records. */
  refuseWhenFull: () => Promise<void>
}
