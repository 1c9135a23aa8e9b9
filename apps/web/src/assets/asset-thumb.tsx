/** An asset, small: its thumbnail, the picture itself if that is no large file, or a sign of what it is. */
import type { AssetView } from '@safelight/shared'
import { SmallPicture } from '../outputs/small-picture.tsx'
import { type ThumbWidth, toThumbUrl } from '../outputs/thumb-url.ts'
import { TYPE_SIGNS } from '../outputs/type-signs.ts'
import { Sign } from '../ui/sign.tsx'

export interface AssetThumbProps {
  asset: AssetView
  width: ThumbWidth
}

/** Bytes that a page of dozens can bear in place of a thumbnail. */
const SMALL_FILE = 2 * 1024 * 1024

export function AssetThumb({ asset, width }: AssetThumbProps) {
  const sign = (
    <span className="asset-sign">
      <Sign name={TYPE_SIGNS[asset.type]} />
    </span>
  )
  return <SmallPicture addresses={toAddresses(asset, width)} otherwise={sign} />
}

/** The best first. */
function toAddresses(asset: AssetView, width: ThumbWidth): string[] {
  const { thumbnail_url: thumbnail, type, size_bytes: size, url } = asset
  return [
    ...(thumbnail === null ? [] : [toThumbUrl(thumbnail, width)]),
    ...(type === 'image' && size <= SMALL_FILE ? [url] : []),
  ]
}
