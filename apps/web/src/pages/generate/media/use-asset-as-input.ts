/** `/?use=ASSETID`: puts an asset into the workflow at hand, or into one that begins with a picture. */
import { useClient } from '@safelight/client/react'
import type { AssetView } from '@safelight/shared'
import { useEffect, useEffectEvent } from 'react'
import { useLocation, useSearch } from 'wouter'
import pictureToPicture from '../../../../../../examples/picture-to-picture.json?raw'
import { useAsset } from '../../../assets/use-asset.ts'
import type { Field, MediaField } from '../../../workflow/field.ts'
import { findFields } from '../../../workflow/find-fields.ts'
import { readWorkflow } from '../../../workflow/read-workflow.ts'
import { type Draft, newDraft, withValue } from '../draft.ts'
import type { DraftHold } from '../use-draft.ts'

export interface AsInputOptions {
  draft: Draft | null
  fields: readonly Field[]
  replace: DraftHold['replace']
  /** The workflow at hand is what shall be seen. */
  onChosen: () => void
}

export function useAssetAsInput({ draft, fields, replace, onChosen }: AsInputOptions): void {
  const client = useClient()
  const [, navigate] = useLocation()
  const assetId = new URLSearchParams(useSearch()).get('use')
  const { asset } = useAsset(assetId)

  const put = useEffectEvent((asset: AssetView) => {
    const at = draft && toPlace(fields, asset)
    const next = at ? { draft, field: at } : toStart(draft, asset)
    if (next) replace(withValue(next.draft, next.field, client.assets.reference(asset)))
    onChosen()
    // a reload must show what was edited since
    navigate('/', { replace: true })
  })
  useEffect(() => {
    if (asset) put(asset)
  }, [asset])
}

function toPlace(fields: readonly Field[], { type }: AssetView): MediaField | null {
  const media = fields.filter((field) => field.kind === 'media')
  return media.find((field) => field.media === type || field.media === 'file') ?? null
}

/** The example for pictures; nothing is known to begin with for anything else. */
function toStart(
  before: Draft | null,
  asset: AssetView,
): { draft: Draft; field: MediaField } | null {
  const read = readWorkflow(pictureToPicture)
  if (asset.type !== 'image' || !read.ok) return null
  const field = toPlace(findFields(read.workflow), asset)
  const draft = newDraft({ name: 'Picture to picture', workflow: read.workflow }, before)
  return field && { draft, field }
}
