/** A watcher that keeps all it is told, and the fold of it. */
import { type JobEvent, reduceJob, type Snapshot } from '@safelight/shared'
import type { Preview } from '@safelight/store'
import type { Watcher } from '../feed/watcher.ts'

export interface Told extends Watcher {
  snapshot: Snapshot | null
  opened: number
  missed: JobEvent[] | null
  events: JobEvent[]
  resyncs: Snapshot[]
  previews: Preview[]
}

/** @param start what a returning client still holds */
export function createTold(start: Snapshot | null = null): Told {
  const told: Told = {
    snapshot: start,
    opened: 0,
    missed: null,
    events: [],
    resyncs: [],
    previews: [],
    open({ snapshot, missed }) {
      told.opened += 1
      told.missed = missed
      const held = start && missed ? missed.reduce(reduceJob, start) : snapshot
      told.snapshot = held
    },
    event(event) {
      told.events.push(event)
      if (told.snapshot) told.snapshot = reduceJob(told.snapshot, event)
    },
    resync(snapshot) {
      told.resyncs.push(snapshot)
      told.snapshot = snapshot
    },
    preview: (frame) => void told.previews.push(frame),
    gone: () => undefined,
  }
  return told
}
