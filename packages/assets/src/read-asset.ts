/** The bytes of an asset, wherever its blob lies. */
import type { Asset } from '@safelight/shared'
import { type AssetStore, hexOf } from '@safelight/store'
import type { BlobStore, ByteRange } from './blobs/blob-store.ts'

export interface ReadDeps {
  blobs: BlobStore
  assets: Pick<AssetStore, 'blobOf'>
}

/** Key of the asset's bytes. */
export async function keyOf({ assets }: Pick<ReadDeps, 'assets'>, hash: string): Promise<string> {
  const blob = await assets.blobOf(hash)
  if (blob) return blob.key
  // versions before 0.2 named blobs by their hash, and kept no record of them
  const hex = hexOf(hash) ?? ''
  return `${hex.slice(0, 2)}/${hex}`
}

/** @returns null when the bytes are no longer stored */
export async function readAsset(
  deps: ReadDeps,
  { hash }: Pick<Asset, 'hash'>,
  options: { range?: ByteRange; signal?: AbortSignal } = {},
) {
  return await deps.blobs.read(await keyOf(deps, hash), options)
}
