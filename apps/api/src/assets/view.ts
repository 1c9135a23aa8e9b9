/** An asset as clients see it. */
import { mayHaveThumbnail } from '@safelight/assets'
import { ApiError, type Asset, type AssetView } from '@safelight/shared'
import type { Links } from '../http/links.ts'
import { toIso } from '../jobs/view.ts'

/** @param createdNew of an asset that was just made: whether its bytes are new here */
export function toAssetView(asset: Asset, links: Links, createdNew?: boolean): AssetView {
  const { job_id, preview, width, height, created_at, expires_at, ...facts } = asset
  const { url, until } = links.assetContent(asset.id, expires_at)
  return {
    ...facts,
    ...(createdNew !== undefined && { created_new: createdNew }),
    created_at: toIso(created_at),
    url,
    url_expires_at: toIso(until),
    expires_at: expires_at === null ? null : toIso(expires_at),
    ...(job_id !== null && { job_id }),
    preview: preview ?? false,
    width: width ?? null,
    height: height ?? null,
    thumbnail_url: mayHaveThumbnail(asset) ? withWidth(url, SHOWN_WIDTH) : null,
  }
}

/** A client that wants another writes it in its place. */
const SHOWN_WIDTH = 256

function withWidth(url: string, width: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}w=${width}`
}

export function noSuchAsset(): ApiError {
  return new ApiError('not_found', 'There is no asset with this id.')
}
