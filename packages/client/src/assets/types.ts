/** What the client offers for assets, in types. */
import type {
  AssetPage,
  AssetView,
  JobView,
  OutputType,
  REFERENCE_TYPE,
  Workflow,
} from '@safelight/shared'
import type { CallOptions } from '../types.ts'

/** A path is for Node; a stream is sent as it comes in Node, and taken in first in a browser. */
export type UploadContent = Blob | Uint8Array | AsyncIterable<Uint8Array> | string

/** What is said of an asset when it is made. */
export interface AssetFacts {
  /** What it is called, e.g. `photo.png`; a folder may come before. */
  filePath?: string
  /** Words to find it by. */
  tags?: readonly string[]
  /** Seconds it is kept, 60 to 604,800; as long as the server keeps things unless given. */
  expiresIn?: number
}

export interface UploadOptions extends AssetFacts {
  /** Its media type; that of the blob unless given. The server looks at the bytes in any case. */
  contentType?: string
  /** `blake3:<hex>`: the server refuses other bytes with `hash_mismatch`. */
  expectedHash?: string
  /** Called as the bytes go out; `total` is null where the size is not known. After a lost connection it begins anew. */
  onProgress?: (progress: UploadProgress) => void
  signal?: AbortSignal
}

export interface UploadProgress {
  /** Bytes. */
  sent: number
  total: number | null
}

export interface AssetListOptions {
  type?: OutputType
  /** Only what this job made. */
  job?: string
  /** Part of the name. */
  name?: string
  owner?: string
  /** Made then or later. */
  since?: Date
  /** Made before. */
  until?: Date
  /** 1 to 100. */
  limit?: number
  /** `next_cursor` of the page before. */
  cursor?: string
  signal?: AbortSignal
}

/** Stands in a workflow where a file's name would: hosts are given the file when the job gets there. */
export interface AssetReference {
  __type: typeof REFERENCE_TYPE
  info: { id: string; hash?: string; file_path?: string }
}

/** From a file to what made it. */
export interface AssetJob {
  job: JobView
  /** Numbers of more than 53 bits are rounded; `jobs.workflowText` has it to the letter. */
  workflow: Workflow
  format: 'save' | 'api'
}

export interface Assets {
  /**
   * One request, sent while it is read: nothing is held in memory as a whole, but for a stream in a browser.
   * A lost answer is made up for by sending it again, unless it is a stream.
   * @returns its record; `created_new` is false when the server had these bytes already
   */
  upload(content: UploadContent, options?: UploadOptions): Promise<AssetView>
  /**
   * A record over bytes that the server has, without sending any.
   * @param hash `blake3:<hex>`
   * @throws RequestError `blob_not_found` when it does not have them
   */
  fromHash(hash: string, options?: AssetFacts & CallOptions): Promise<AssetView>
  /** Whether the server has the bytes. @param hash `blake3:<hex>` */
  has(hash: string, options?: CallOptions): Promise<boolean>
  /** The server fetches it. @param url a public `https` address */
  fromUrl(url: string, options?: AssetFacts & CallOptions): Promise<AssetView>
  get(assetId: string, options?: CallOptions): Promise<AssetView>
  /** Newest first. */
  list(options?: AssetListOptions): Promise<AssetPage>
  /** The job that made it, and its workflow. @throws RequestError `not_found` for what no job made */
  job(assetId: string, options?: CallOptions): Promise<AssetJob>
  /** @throws RequestError `asset_in_use` while a job needs it, or is kept with it */
  delete(assetId: string, options?: CallOptions): Promise<void>
  /** The content. The token goes along only to the API itself. */
  download(asset: Pick<AssetView, 'url'>, options?: CallOptions): Promise<Response>
  /** What stands for it in a workflow: `workflow['10'].inputs.image = client.assets.reference(asset)` */
  reference(asset: Pick<AssetView, 'id' | 'hash' | 'file_path'>): AssetReference
}
