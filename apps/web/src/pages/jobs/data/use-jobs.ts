/** The jobs of a filter: loaded page by page, kept true by looking again every few seconds while the page is seen. */
import { useClient } from '@safelight/client/react'
import { isTerminal, type JobPage } from '@safelight/shared'
import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { type JobsFilter, toStatuses } from './filter.ts'
import { createJobBook, type JobBook, type ListedJob, newestFirst, toShown } from './job-book.ts'
import { type Newest, readNewest, toListed, toListOptions } from './read-newest.ts'
import { type Open, readOpen } from './read-open.ts'

const PAGE = 100
const LOOK_MS = 2_500

export interface JobsData {
  book: JobBook
  /** What to show, newest first. */
  ids: readonly string[]
  /** Every job that is known, shown or not. */
  listed: readonly ListedJob[]
  /** Nothing is known yet. */
  loading: boolean
  /** There are older ones. */
  more: boolean
  loadMore: () => void
  /** Null until they were counted. */
  open: Pick<Open, 'queued' | 'running' | 'more'> | null
  error: Error | null
  retry: () => void
}

export function useJobs({ chips, owner }: JobsFilter): JobsData {
  const client = useClient()
  const queries = useQueryClient()
  const key = ['jobs', 'pages', chips.join(), owner]
  const newestKey = ['jobs', 'newest', chips.join(), owner]
  const wanted = useMemo(() => ({ statuses: toStatuses(chips), owner }), [chips, owner])
  const [book] = useState(() => seedBook(queries.getQueryData(key)))

  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      client.jobs.list({
        ...toListOptions(wanted),
        ...(pageParam !== null && { cursor: pageParam }),
        limit: PAGE,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    // looking for new jobs keeps them true; reading them again would be a request per page
    staleTime: Infinity,
    ...LOOKING,
    refetchInterval: ({ state }) => (state.status === 'error' ? LOOK_MS : false),
  })
  const newest = useQuery({
    queryKey: newestKey,
    queryFn: ({ signal }) => {
      const first = queries.getQueryData<InfiniteData<JobPage>>(key)?.pages[0]
      const top = toTop(first, queries.getQueryData(newestKey))
      return readNewest(client.jobs, { wanted, top, signal })
    },
    enabled: pages.isSuccess,
    // an answer from before says nothing of the jobs between it and the pages
    gcTime: 0,
    ...LOOKING,
  })
  const listed = useSyncExternalStore(book.onList, book.listed)
  const horizon = useMemo(
    () => (pages.hasNextPage ? toHorizon(pages.data) : null),
    [pages.hasNextPage, pages.data],
  )
  const ids = useMemo(() => toShown(listed, wanted, horizon), [listed, wanted, horizon])
  const open = useQuery({
    queryKey: ['jobs', 'open', owner],
    queryFn: ({ signal }) => {
      // a list of open jobs just loses those that ended
      const { statuses } = wanted
      const shown = new Set(statuses.length === 0 || statuses.some(isTerminal) ? ids : [])
      return readOpen(client.jobs, {
        owner,
        believed: book.open().filter((job) => owner === null || job.owner === owner),
        matters: (id) => shown.has(id),
        signal,
      })
    },
    ...LOOKING,
  })

  // before the first paint: a cached page is shown at once, and the scroll position with it
  useLayoutEffect(() => {
    for (const page of pages.data?.pages ?? []) book.applyViews(page.jobs)
  }, [book, pages.data])
  useLayoutEffect(() => {
    if (newest.data) book.applyViews(newest.data.jobs)
  }, [book, newest.data])
  useLayoutEffect(() => {
    if (open.data) book.applyViews(open.data.jobs)
    for (const id of open.data?.gone ?? []) book.forget(id)
  }, [book, open.data])

  const { refetch } = pages
  const gap = newest.data?.gap === true
  const outdated = open.data?.outdated
  useEffect(() => {
    if (!gap && !outdated?.length) return
    async function readAnew(): Promise<void> {
      const { data, isError } = await refetch()
      if (isError) return
      for (const page of data?.pages ?? []) book.applyViews(page.jobs)
      // what the pages do not bring would be asked for again and again
      for (const { id } of book.open()) if (outdated?.includes(id)) book.forget(id)
    }
    void readAnew()
  }, [book, gap, outdated, refetch])

  return {
    book,
    ids,
    listed,
    loading: pages.isPending,
    more: pages.hasNextPage,
    loadMore: () => {
      if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage()
    },
    open: open.data ?? null,
    error: pages.error ?? newest.error ?? open.error,
    retry: () => void queries.invalidateQueries({ queryKey: ['jobs'] }),
  }
}

/** A failed look is made up for by the next one. */
const LOOKING = {
  retry: false,
  networkMode: 'always',
  refetchInterval: LOOK_MS,
  refetchOnWindowFocus: false,
} as const

function seedBook(cached: InfiniteData<JobPage> | undefined): JobBook {
  const book = createJobBook()
  for (const page of cached?.pages ?? []) book.applyViews(page.jobs)
  return book
}

/** The newest job below which nothing is missing. */
function toTop(page: JobPage | undefined, newest: Newest | undefined): ListedJob | null {
  const tops = [page?.jobs[0], newest?.jobs[0]].filter((job) => job !== undefined).map(toListed)
  return tops.sort(newestFirst)[0] ?? null
}

/** A page may be empty though there is more: the API reads only so far for a rare status. */
function toHorizon(data: InfiniteData<JobPage> | undefined): ListedJob | null {
  const last = data?.pages.findLast(({ jobs }) => jobs.length > 0)?.jobs.at(-1)
  return last ? toListed(last) : null
}
