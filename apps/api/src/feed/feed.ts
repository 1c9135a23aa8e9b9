/**
 * The job feed: what SSE and Socket.IO follow jobs with, one Redis subscription per watched job.
 *
 * A watch begins so, and the order is what makes it gap-free:
 *   1. SUBSCRIBE to the job's live channel, confirmed by Redis.
 *   2. Read the stored snapshot; for a client that names its last `seq`, also the stream after it.
 *   3. Open the watcher (that is where a client is acknowledged) and, in the same step, attach it.
 *   4. From then on it is told every event newer than that, once, in order.
 * An event published before 2 is in what 2 reads; one published after is heard, because of 1.
 *
 * Pub/sub promises nothing, so three things re-read the truth (see `topic.ts`): a gap in `seq`, every
 * return of the Redis connection (once all channels are confirmed again), and a slow periodic check
 * of every watched job that has not ended: the end of a job is never lost, only late.
 *
 * Subscriptions are counted. When the last watcher leaves, the channel is kept for a few seconds (a
 * reloading page comes straight back), then given up. A job that has ended needs no channel at all.
 * Previews have a channel of their own, listened to only while somebody wants to see them.
 */
import { type Clock, repeat } from '@safelight/runtime'
import { jobEventSchema } from '@safelight/shared'
import type { JobStore, Keys, Preview } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { ApiTimings } from '../timings.ts'
import { createChannels } from './channels.ts'
import { createPreviews } from './previews.ts'
import { createTopic, type Topic } from './topic.ts'
import type { Watch, WatchOptions, Watcher } from './watcher.ts'

export interface Feed {
  /** Resolves after `watcher.open` was called; null when there is no such job. */
  watch(options: WatchOptions): Promise<Watch | null>
  /** Jobs listened to at this moment. */
  readonly size: number
  close(): void
}

export interface FeedDeps {
  /** A connection of its own, for listening only. */
  subscriber: Redis
  store: Pick<JobStore, 'load' | 'eventsAfter' | 'loadPreview'>
  keys: Keys
  decodePreview: (message: Buffer) => Preview | null
  /** Something nobody waits for went wrong. */
  failed: (error: unknown) => void
  clock: Clock
  timings: Pick<ApiTimings, 'unsubscribeGraceMs' | 'rereadMs' | 'rereadRetryMs'>
}

interface Entry {
  topic: Topic
  /** Watches, and joins under way. */
  holders: number
  opening: Promise<void>
  /** Calls off the end that it comes to when nobody returns. */
  callOffGrace: () => void
}

export function createFeed(deps: FeedDeps): Feed {
  const { subscriber, store, keys, failed, clock, timings } = deps
  const entries = new Map<string, Entry>()
  const channels = createChannels({ redis: subscriber, restored: refreshAll, failed })
  const previews = createPreviews({ channels, store, keys, decode: deps.decodePreview, failed })
  const reread = repeat({
    everyMs: timings.rereadMs,
    run: async () => refreshAll(),
    onError: failed,
    clock,
  })
  let callOffRetry: (() => void) | null = null

  function refreshAll(): void {
    for (const { topic } of entries.values()) if (!topic.over) topic.refresh().catch(onReadFailed)
  }

  /** The listening connection may be back before the reading one: do not leave it to the slow check. */
  function onReadFailed(error: unknown): void {
    failed(error)
    callOffRetry ??= clock.after(timings.rereadRetryMs, () => {
      callOffRetry = null
      refreshAll()
    })
  }

  function enter(jobId: string): Entry {
    const known = entries.get(jobId)
    if (known) {
      known.callOffGrace()
      return known
    }
    const topic = createTopic({ jobId, store, failed: onReadFailed })
    const opening = openTopic(jobId, topic)
    const entry: Entry = { topic, holders: 0, opening, callOffGrace: () => {} }
    entries.set(jobId, entry)
    // everyone who waits for it hears of the failure; the next watcher must not find it
    entry.opening.catch(() => drop(jobId, entry))
    return entry
  }

  async function openTopic(jobId: string, topic: Topic): Promise<void> {
    await topic.refresh()
    // nothing will ever be published for it
    if (topic.over) return
    await channels.listen(keys.live(jobId), (message) => {
      const event = jobEventSchema.safeParse(parseJson(message.toString()))
      if (event.success) topic.hear(event.data)
      else failed(event.error)
    })
  }

  function leave(jobId: string, entry: Entry): void {
    entry.holders -= 1
    if (entry.holders > 0 || entries.get(jobId) !== entry) return
    if (entry.topic.over || !entry.topic.snapshot) return drop(jobId, entry)
    entry.callOffGrace = clock.after(timings.unsubscribeGraceMs, () => drop(jobId, entry))
  }

  function drop(jobId: string, entry: Entry): void {
    entry.callOffGrace()
    if (entries.get(jobId) !== entry) return
    entries.delete(jobId)
    channels.stop(keys.live(jobId))
  }

  function createWatch(options: WatchOptions, entry: Entry): Watch {
    const { jobId, watcher } = options
    const hidePreviews =
      options.previews && !entry.topic.over ? previews.show(jobId, watcher) : () => undefined
    let open = true
    return {
      close() {
        if (!open) return
        open = false
        hidePreviews()
        entry.topic.watchers.delete(watcher)
        leave(jobId, entry)
      },
    }
  }

  return {
    async watch(options) {
      const entry = enter(options.jobId)
      entry.holders += 1
      let attached = false
      try {
        await entry.opening
        attached = await entry.topic.attach(options.watcher, options.after)
      } finally {
        if (!attached) leave(options.jobId, entry)
      }
      return attached ? createWatch(options, entry) : null
    },
    get size() {
      return entries.size
    },
    close() {
      void reread.close()
      callOffRetry?.()
      for (const [jobId, entry] of entries) drop(jobId, entry)
      previews.close()
      channels.close()
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

export type { Watch, Watcher }
