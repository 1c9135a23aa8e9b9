/** What the server says of an asset. */
import { useClient } from '@safelight/client/react'
import type { AssetView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'

export interface AssetHold {
  asset: AssetView | undefined
  error: Error | null
}

/** Links run out after an hour or so. */
const FRESH_MS = 10 * 60_000

/** @param assetId null: nothing is asked */
export function useAsset(assetId: string | null): AssetHold {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['asset', assetId],
    queryFn: ({ signal }) => client.assets.get(assetId ?? '', { signal }),
    enabled: assetId !== null,
    staleTime: FRESH_MS,
    retry: false,
  })
  return { asset: data, error }
}
