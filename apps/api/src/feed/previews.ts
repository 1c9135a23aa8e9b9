/** Preview frames for the watchers that want them: latest wins, none is kept, none is owed. */
import type { JobStore, Keys, Preview } from '@safelight/store'
import type { Channels } from './channels.ts'
import type { Watcher } from './watcher.ts'

export interface Previews {
  /** Tells the watcher the last frame and every later one, until the returned function is called. */
  show(jobId: string, watcher: Watcher): () => void
  close(): void
}

interface PreviewsDeps {
  channels: Channels
  store: Pick<JobStore, 'loadPreview'>
  keys: Keys
  decode: (message: Buffer) => Preview | null
  failed: (error: unknown) => void
}

export function createPreviews({ channels, store, keys, decode, failed }: PreviewsDeps): Previews {
  const viewers = new Map<string, Set<Watcher>>()

  function listen(jobId: string): Set<Watcher> {
    const added = new Set<Watcher>()
    viewers.set(jobId, added)
    const heard = (message: Buffer) => {
      const frame = decode(message)
      if (frame) for (const watcher of added) watcher.preview(frame)
    }
    channels.listen(keys.previews(jobId), heard).catch(failed)
    return added
  }

  async function showLast(jobId: string, watcher: Watcher): Promise<void> {
    const frame = await store.loadPreview(jobId)
    if (frame && viewers.get(jobId)?.has(watcher)) watcher.preview(frame)
  }

  return {
    show(jobId, watcher) {
      const group = viewers.get(jobId) ?? listen(jobId)
      group.add(watcher)
      showLast(jobId, watcher).catch(failed)
      return () => {
        group.delete(watcher)
        if (group.size > 0 || viewers.get(jobId) !== group) return
        viewers.delete(jobId)
        channels.stop(keys.previews(jobId))
      }
    },
    close() {
      for (const jobId of viewers.keys()) channels.stop(keys.previews(jobId))
      viewers.clear()
    },
  }
}
