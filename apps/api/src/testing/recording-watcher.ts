/** A watcher that keeps all it is sent, and the fold of it. */
import { type JobEvent, reduceJob, type Snapshot } from '@safelight/shared'
import type { Preview } from '@safelight/store'
import type { Watcher } from '../watch/watcher.ts'

export interface RecordingWatcher extends Watcher {
  snapshot: Snapshot | null
  opened: number
  missed: JobEvent[] | null
  events: JobEvent[]
  resyncs: Snapshot[]
  previews: Preview[]
}

/** @param start what a returning client still holds */
export function createRecordingWatcher(start: Snapshot | null = null): RecordingWatcher {
  const watcher: RecordingWatcher = {
    snapshot: start,
    opened: 0,
    missed: null,
    events: [],
    resyncs: [],
    previews: [],
    open({ snapshot, missed }) {
      watcher.opened += 1
      watcher.missed = missed
      const held = start && missed ? missed.reduce(reduceJob, start) : snapshot
      watcher.snapshot = held
    },
    event(event) {
      watcher.events.push(event)
      if (watcher.snapshot) watcher.snapshot = reduceJob(watcher.snapshot, event)
    },
    resync(snapshot) {
      watcher.resyncs.push(snapshot)
      watcher.snapshot = snapshot
    },
    preview: (preview) => void watcher.previews.push(preview),
    removed: () => undefined,
  }
  return watcher
}
