/**
 * The watches of jobs: what SSE and Socket.IO are made of, one Redis subscription per watched job.
 *
 * A watch begins so, and the order is what makes it gap-free:
 *   1. SUBSCRIBE to the job's live channel, confirmed by Redis.
 *   2. Read the stored snapshot; for a client that names its last event, also the stream after it.
 *   3. Open the watcher (that is where a client is acknowledged) and, in the same step, attach it.
 *   4. From then on it is sent every event newer than that, once, in order.
 * An event published before 2 is in what 2 reads; one published after is received, because of 1.
 *
 * Pub/sub promises nothing, so three things re-read the truth (see `watched-job.ts`): a gap in `seq`,
 * every return of the Redis connection (once all channels are confirmed again), and a slow periodic
 * read of every watched job that has not ended: the end of a job is never lost, only late.
 *
 * Subscriptions are counted. When the last watcher leaves, the channel is kept for a few seconds (a
 * reloading page comes straight back), then given up. A job that has ended needs no channel at all.
 * Previews have a channel of their own, subscribed only while somebody wants to see them.
 */
import { type Clock, repeat, type Some, tellSome } from '@safelight/runtime'
import { jobEventSchema } from '@safelight/shared'
import type { JobStore, Keys, Preview } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { ApiTimings } from '../timings.ts'
import { createPreviewSubscriptions } from './preview-subscriptions.ts'
import { createRedisSubscriptions } from './redis-subscriptions.ts'
import { createWatchedJob, type WatchedJob } from './watched-job.ts'
import type { SubscribeOptions, Watch } from './watcher.ts'

export interface JobWatches {
  /** Resolves after `watcher.open` was called; null when there is no such job. */
  subscribe(options: SubscribeOptions): Promise<Watch | null>
  /** Jobs watched at this moment. */
  readonly size: number
  holds(): { jobs: Some<{ jobId: string; watches: number; isOver: boolean }>; channels: number }
  close(): void
}

export interface JobWatchesDeps {
  /** A connection of its own, for subscriptions only. */
  subscriber: Redis
  store: Pick<JobStore, 'load' | 'loadStamp' | 'eventsAfter' | 'loadPreview'>
  keys: Keys
  decodePreview: (message: Buffer) => Preview | null
  /** Something nobody waits for went wrong. */
  onError: (error: unknown) => void
  clock: Clock
  timings: Pick<ApiTimings, 'unsubscribeGraceMs' | 'rereadMs' | 'rereadRetryMs'>
}

interface Entry {
  job: WatchedJob
  /** Watches, and those about to begin. */
  watches: number
  opening: Promise<void>
  /** Calls off the end that it comes to when nobody returns. */
  callOffGrace: () => void
}

export function createJobWatches(deps: JobWatchesDeps): JobWatches {
  const { subscriber, store, keys, onError, clock, timings } = deps
  const entries = new Map<string, Entry>()
  const subscriptions = createRedisSubscriptions({
    redis: subscriber,
    onRestored: rereadAll,
    onError,
  })
  const decode = deps.decodePreview
  const previews = createPreviewSubscriptions({ subscriptions, store, keys, decode, onError })
  const rereading = repeat({
    everyMs: timings.rereadMs,
    run: rereadInTurn,
    onError,
    clock,
  })
  let callOffRetry: (() => void) | null = null

  /** One after the other: nobody waits for it, and everybody for what it would hold up. */
  async function rereadInTurn(): Promise<void> {
    try {
      for (const { job } of entries.values()) if (!job.isOver) await job.refresh()
    } catch (error) {
      onReadError(error)
    }
  }

  function rereadAll(): void {
    for (const { job } of entries.values()) if (!job.isOver) job.refresh().catch(onReadError)
  }

  /** The subscribed connection may be back before the reading one: do not leave it to the slow read. */
  function onReadError(error: unknown): void {
    onError(error)
    callOffRetry ??= clock.after(timings.rereadRetryMs, () => {
      callOffRetry = null
      rereadAll()
    })
  }

  function findOrAdd(jobId: string): Entry {
    const existing = entries.get(jobId)
    if (existing) {
      existing.callOffGrace()
      return existing
    }
    const job = createWatchedJob({ jobId, store, onError: onReadError })
    const entry: Entry = { job, watches: 0, opening: openJob(jobId, job), callOffGrace: () => {} }
    entries.set(jobId, entry)
    // everyone who waits for it gets the failure; the next watcher must not find it
    entry.opening.catch(() => remove(jobId, entry))
    return entry
  }

  async function openJob(jobId: string, job: WatchedJob): Promise<void> {
    await job.refresh()
    // nothing will ever be published for it
    if (job.isOver) return
    await subscriptions.subscribe(keys.live(jobId), (message) => {
      const event = jobEventSchema.safeParse(parseJson(message.toString()))
      if (event.success) job.receive(event.data)
      else onError(event.error)
    })
  }

  function leave(jobId: string, entry: Entry): void {
    entry.watches -= 1
    if (entry.watches > 0 || entries.get(jobId) !== entry) return
    if (entry.job.isOver || !entry.job.snapshot) return remove(jobId, entry)
    entry.callOffGrace = clock.after(timings.unsubscribeGraceMs, () => remove(jobId, entry))
  }

  function remove(jobId: string, entry: Entry): void {
    entry.callOffGrace()
    if (entries.get(jobId) !== entry) return
    entries.delete(jobId)
    subscriptions.unsubscribe(keys.live(jobId))
  }

  function createWatch(options: SubscribeOptions, entry: Entry): Watch {
    const { jobId, watcher } = options
    const endPreviews =
      options.previews && !entry.job.isOver ? previews.subscribe(jobId, watcher) : () => {}
    let open = true
    return {
      close() {
        if (!open) return
        open = false
        endPreviews()
        entry.job.watchers.delete(watcher)
        leave(jobId, entry)
      },
    }
  }

  return {
    async subscribe(options) {
      const entry = findOrAdd(options.jobId)
      entry.watches += 1
      let attached = false
      try {
        await entry.opening
        attached = await entry.job.attach(options.watcher, options.after)
      } finally {
        if (!attached) leave(options.jobId, entry)
      }
      return attached ? createWatch(options, entry) : null
    },
    holds: () => ({
      jobs: tellSome(entries, ([jobId, { watches, job }]) => ({
        jobId,
        watches,
        isOver: job.isOver,
      })),
      channels: subscriptions.size,
    }),
    get size() {
      return entries.size
    },
    close() {
      void rereading.close()
      callOffRetry?.()
      for (const [jobId, entry] of entries) remove(jobId, entry)
      previews.close()
      subscriptions.close()
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
