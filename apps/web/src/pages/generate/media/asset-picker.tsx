/** An asset in place of an upload: the newest that fit, to choose from. */
import type { AssetReference, InputMedia } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ANY_ASSET } from '../../../assets/asset-filter.ts'
import { AssetGrid } from '../../../assets/asset-grid.tsx'
import { useAssets } from '../../../assets/use-assets.ts'
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import { Trouble } from '../../../ui/trouble.tsx'
import { useModal } from '../../../ui/use-modal.ts'
import '../../../assets/assets.css'

export interface AssetPickerProps {
  media: InputMedia
  onPick: (reference: AssetReference) => void
  onClose: () => void
}

export function AssetPicker({ media, onPick, onClose }: AssetPickerProps) {
  const dialog = useModal()
  const client = useClient()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const type = media === 'file' ? null : media
  const hold = useAssets({ ...ANY_ASSET, type, name })
  return (
    <dialog ref={dialog} className="asset-picker" aria-labelledby="picker-title" onClose={onClose}>
      <header>
        <h2 id="picker-title">From the gallery</h2>
        <input
          className="text-input"
          type="search"
          placeholder="Part of the name"
          aria-label="Part of the name"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Button
          look="quiet"
          compact
          className="bare"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <Sign name="cross" />
        </Button>
      </header>
      <div className="asset-picker-body">
        {hold.error && <Trouble error={hold.error} what="The assets" onRetry={hold.retry} />}
        {!hold.loading && !hold.error && hold.assets.length === 0 && (
          <p className="soft">Nothing here fits{name && ' and is called so'}.</p>
        )}
        <AssetGrid
          hold={hold}
          label="Assets"
          toOpener={(asset) => (
            <button
              type="button"
              className="asset-opener"
              aria-label={`Use ${asset.name}`}
              onClick={() => {
                queries.setQueryData(['asset', asset.id], asset)
                onPick(client.assets.reference(asset))
              }}
            />
          )}
        />
      </div>
    </dialog>
  )
}
