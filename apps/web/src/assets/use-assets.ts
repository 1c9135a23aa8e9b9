/** Assets page by page, newest first. */
import { useClient } from '@safelight/client/react'
import type { AssetView } from '@safelight/shared'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { type AssetFilter, toAssetOptions } from './asset-filter.ts'

export interface AssetsHold {
  assets: readonly AssetView[]
  /** Nothing is known yet. */
  loading: boolean
  more: boolean
  loadMore: () => void
  error: Error | null
  retry: () => void
}

const PAGE = 60
/** New ones appear without a reload. */
const LOOK_MS = 15_000

export function useAssets(filter: AssetFilter): AssetsHold {
  const client = useClient()
  const pages = useInfiniteQuery({
    queryKey: ['assets', filter],
    queryFn: ({ pageParam, signal }) =>
      client.assets.list({
        ...toAssetOptions(filter, Date.now()),
        ...(pageParam !== null && { cursor: pageParam }),
        limit: PAGE,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
    // who has scrolled far is not read anew again and again
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? LOOK_MS : false),
    retry: false,
    networkMode: 'always',
  })
  return {
    assets: pages.data?.pages.flatMap((page) => page.assets) ?? [],
    loading: pages.isPending,
    more: pages.hasNextPage,
    loadMore: () => {
      if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage()
    },
    error: pages.error,
    retry: () => void pages.refetch(),
  }
}
