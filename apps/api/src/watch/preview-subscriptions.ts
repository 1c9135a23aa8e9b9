/** Previews for the watchers that want them: the latest wins, none is kept, none is owed. */
import type { JobStore, Keys, Preview } from '@safelight/store'
import type { RedisSubscriptions } from './redis-subscriptions.ts'
import type { Watcher } from './watcher.ts'

export interface PreviewSubscriptions {
  /** Sends the watcher the last preview and every later one. @returns a function that ends that */
  subscribe(jobId: string, watcher: Watcher): () => void
  close(): void
}

interface PreviewSubscriptionsDeps {
  subscriptions: RedisSubscriptions
  store: Pick<JobStore, 'loadPreview'>
  keys: Keys
  decode: (message: Buffer) => Preview | null
  onError: (error: unknown) => void
}

export function createPreviewSubscriptions({
  subscriptions,
  store,
  keys,
  decode,
  onError,
}: PreviewSubscriptionsDeps): PreviewSubscriptions {
  const watchersOf = new Map<string, Set<Watcher>>()

  function addJob(jobId: string): Set<Watcher> {
    const watchers = new Set<Watcher>()
    watchersOf.set(jobId, watchers)
    const onMessage = (message: Buffer) => {
      const preview = decode(message)
      if (preview) for (const watcher of watchers) watcher.preview(preview)
    }
    subscriptions.subscribe(keys.previews(jobId), onMessage).catch(onError)
    return watchers
  }

  async function sendLast(jobId: string, watcher: Watcher): Promise<void> {
    const preview = await store.loadPreview(jobId)
    if (preview && watchersOf.get(jobId)?.has(watcher)) watcher.preview(preview)
  }

  return {
    subscribe(jobId, watcher) {
      const watchers = watchersOf.get(jobId) ?? addJob(jobId)
      watchers.add(watcher)
      sendLast(jobId, watcher).catch(onError)
      return () => {
        watchers.delete(watcher)
        if (watchers.size > 0 || watchersOf.get(jobId) !== watchers) return
        watchersOf.delete(jobId)
        subscriptions.unsubscribe(keys.previews(jobId))
      }
    },
    close() {
      for (const jobId of watchersOf.keys()) subscriptions.unsubscribe(keys.previews(jobId))
      watchersOf.clear()
    },
  }
}
