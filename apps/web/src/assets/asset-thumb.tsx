/** An asset, small: its thumbnail, the picture itself if that is no large file, or a sign of what it is. */
import type { AssetView } from '@safelight/shared'
import { useState } from 'react'
import { type ThumbWidth, toThumbUrl } from '../outputs/thumb-url.ts'
import { TYPE_SIGNS } from '../outputs/type-signs.ts'
import { useOutputUrl } from '../outputs/use-output-url.ts'
import { Sign } from '../ui/sign.tsx'

export interface AssetThumbProps {
  asset: AssetView
  width: ThumbWidth
}

/** Bytes that a page of dozens can bear in place of a thumbnail. */
const SMALL_FILE = 2 * 1024 * 1024

export function AssetThumb({ asset, width }: AssetThumbProps) {
  const [broken, setBroken] = useState(0)
  const address = toAddresses(asset, width)[broken]
  const { url, failed } = useOutputUrl(address === undefined ? null : { url: address }, true)
  if (failed) setBroken(broken + 1)
  if (address === undefined) {
    return (
      <span className="asset-sign">
        <Sign name={TYPE_SIGNS[asset.type]} />
      </span>
    )
  }
  return (
    url && (
      <img
        key={url}
        src={url}
        alt=""
        decoding="async"
        loading="lazy"
        onError={() => setBroken(broken + 1)}
      />
    )
  )
}

/** The best first. */
function toAddresses(asset: AssetView, width: ThumbWidth): string[] {
  const { thumbnail_url: thumbnail, type, size_bytes: size, url } = asset
  return [
    ...(thumbnail === null ? [] : [toThumbUrl(thumbnail, width)]),
    ...(type === 'image' && size <= SMALL_FILE ? [url] : []),
  ]
}
