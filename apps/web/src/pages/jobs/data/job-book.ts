/** All jobs this page knows of, each as it is known now. Rows listen to their job, the list to what exists. */
import type { JobUpdate } from '@safelight/client'
import { isTerminal, type JobStatus, type JobView } from '@safelight/shared'
import { useCallback, useSyncExternalStore } from 'react'
import { type KnownJob, mergeUpdate, mergeView } from './merge-job.ts'

/** As much of a job as it takes to list it. */
export interface ListedJob {
  id: string
  status: JobStatus
  owner: string
  createdAt: number
}

/** What the list is asked for. */
export interface Wanted {
  /** Empty for all. */
  statuses: readonly JobStatus[]
  /** Null for the jobs of all. */
  owner: string | null
}

export interface JobBook {
  get(jobId: string): JobUpdate | undefined
  /** Newest first. Another array only when a job came, went, or has another status. */
  readonly listed: () => readonly ListedJob[]
  /** What a poll has brought. */
  applyViews(views: readonly JobView[]): void
  /** What a watch has brought. */
  applyUpdate(update: JobUpdate): void
  /** The record is gone. */
  forget(jobId: string): void
  /** Jobs that have not ended, as far as is known here. */
  open(): readonly ListedJob[]
  /** @returns what ends it */
  readonly onList: (listener: () => void) => () => void
  /** @returns what ends it */
  onJob(jobId: string, listener: () => void): () => void
}

export function createJobBook(now: () => number = Date.now): JobBook {
  const jobs = new Map<string, KnownJob>()
  const listListeners = new Set<() => void>()
  const jobListeners = new Map<string, Set<() => void>>()
  let listed: readonly ListedJob[] | null = null

  /** @returns whether the list must be made anew */
  const put = (jobId: string, held: KnownJob | undefined, known: KnownJob): boolean => {
    if (known === held) return false
    jobs.set(jobId, known)
    for (const listener of jobListeners.get(jobId) ?? []) listener()
    return held?.update.snapshot.status !== known.update.snapshot.status
  }
  const relist = () => {
    listed = null
    for (const listener of listListeners) listener()
  }

  const book: JobBook = {
    get: (jobId) => jobs.get(jobId)?.update,
    listed: () => (listed ??= [...jobs.values()].map(toListed).sort(newestFirst)),
    open: () => book.listed().filter(({ status }) => !isTerminal(status)),
    applyViews(views) {
      let changed = false
      for (const view of views) {
        const held = jobs.get(view.id)
        changed = put(view.id, held, mergeView(held, view, now())) || changed
      }
      if (changed) relist()
    },
    applyUpdate(update) {
      const { jobId } = update.snapshot
      const held = jobs.get(jobId)
      if (put(jobId, held, mergeUpdate(held, update))) relist()
    },
    forget(jobId) {
      if (jobs.delete(jobId)) relist()
    },
    onList(listener) {
      listListeners.add(listener)
      return () => listListeners.delete(listener)
    },
    onJob(jobId, listener) {
      const listeners = jobListeners.get(jobId) ?? new Set()
      jobListeners.set(jobId, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) jobListeners.delete(jobId)
      }
    },
  }
  return book
}

function toListed({ update: { snapshot } }: KnownJob): ListedJob {
  const { jobId, status, owner, createdAt } = snapshot
  return { id: jobId, status, owner, createdAt }
}

/** The order of the API: jobs of the same millisecond by their id, downwards. */
export function newestFirst(a: ListedJob, b: ListedJob): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt
  return a.id < b.id ? 1 : -1
}

/**
 * The jobs to show: of the wanted owner and statuses, and none from below what was loaded.
 * @param horizon the oldest loaded job; polls know older ones, but not all that lie between. Null: everything is loaded
 */
export function toShown(
  listed: readonly ListedJob[],
  { statuses, owner }: Wanted,
  horizon: ListedJob | null,
): readonly string[] {
  return listed
    .filter((job) => owner === null || job.owner === owner)
    .filter((job) => statuses.length === 0 || statuses.includes(job.status))
    .filter((job) => !horizon || newestFirst(job, horizon) <= 0 || job.id === horizon.id)
    .map(({ id }) => id)
}

/** One job of the book, kept current. */
export function useJob(book: JobBook, jobId: string): JobUpdate | undefined {
  const subscribe = useCallback(
    (listener: () => void) => book.onJob(jobId, listener),
    [book, jobId],
  )
  return useSyncExternalStore(subscribe, () => book.get(jobId))
}
