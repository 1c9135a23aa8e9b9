/** An asset, small: its thumbnail, or a sign of what it is. */
import type { AssetView } from '@safelight/shared'
import { useState } from 'react'
import { TYPE_SIGNS } from '../outputs/type-signs.ts'
import { Sign } from '../ui/sign.tsx'
import { type ThumbWidth, toThumbUrl } from '../outputs/thumb-url.ts'
import { useOutputUrl } from '../outputs/use-output-url.ts'

export interface AssetThumbProps {
  asset: AssetView
  width: ThumbWidth
}

export function AssetThumb({ asset, width }: AssetThumbProps) {
  const [isBroken, setBroken] = useState(false)
  const { thumbnail_url: thumbnail } = asset
  const source = thumbnail === null ? null : { url: toThumbUrl(thumbnail, width) }
  const { url, failed } = useOutputUrl(source, true)
  if (source === null || failed || isBroken) {
    return (
      <span className="asset-sign">
        <Sign name={TYPE_SIGNS[asset.type]} />
      </span>
    )
  }
  return (
    url && <img src={url} alt="" decoding="async" loading="lazy" onError={() => setBroken(true)} />
  )
}
