/** Assets side by side, each as small as its thumbnail. */
import type { AssetView } from '@safelight/shared'
import type { ReactNode } from 'react'
import { toFactsLine } from '../outputs/output-facts.ts'
import { Button } from '../ui/button.tsx'
import { AssetThumb } from './asset-thumb.tsx'
import type { AssetsHold } from './use-assets.ts'

export interface AssetGridProps {
  hold: AssetsHold
  label: string
  /** What the whole of a tile does: a link or a button, laid over it. */
  toOpener: (asset: AssetView) => ReactNode
}

export function AssetGrid({ hold, label, toOpener }: AssetGridProps) {
  return (
    <>
      <ul className="asset-grid" aria-label={label}>
        {hold.assets.map((asset) => (
          <li key={asset.id} className="asset-tile">
            <span className="asset-frame">
              <AssetThumb asset={asset} width={256} />
              {asset.preview && <span className="asset-mark">Preview</span>}
            </span>
            <span className="asset-words">
              <span className="asset-name" title={asset.name}>
                {asset.name}
              </span>
              <span className="soft">
                {toFactsLine(asset)}
                {asset.job_id === undefined && ' · uploaded'}
              </span>
            </span>
            {toOpener(asset)}
          </li>
        ))}
      </ul>
      {hold.more && (
        <p className="asset-more">
          <Button onClick={hold.loadMore}>Show more</Button>
        </p>
      )}
    </>
  )
}
