/** One watched job and all who follow it here: asks the server once for all of them, and passes on what comes. */
import type { JobEventView, PreviewFrame, SnapshotView, WatchRequest } from '@safelight/shared'
import type { Connection } from '../types.ts'
import type { Follower, Opening } from './follower.ts'

export interface Channel {
  readonly jobId: string
  readonly followers: Set<Follower>
  /** What has to be asked for so that every follower gets what it lacks. */
  toRequest(): WatchRequest
  /** The answer to a request that named no position: it is the whole job. */
  opened(opening: Opening): void
  /** The answer to a request that did: what was missed follows. */
  resumed(opening: Opening | { queuePosition: number | null }): void
  /** What was missed cannot be had exactly. */
  resync(opening: Opening): void
  event(event: JobEventView): 'folded' | 'gap'
  place(queuePosition: number | null): void
  preview(frame: PreviewFrame): void
  connection(connection: Connection): void
  fail(error: Error): void
}

export function createChannel(jobId: string): Channel {
  const followers = new Set<Follower>()
  let now: Connection = 'connecting'
  /** A follower that ends leaves the set, so all are told from a copy. */
  const all = () => [...followers]

  function becomes(next: Connection): void {
    now = next
    for (const follower of all()) follower.connection(next)
  }

  return {
    jobId,
    followers,
    toRequest() {
      const held = all().flatMap(({ snapshot }) => snapshot ?? [])
      const previews = all().some((follower) => follower.wantsPreviews)
      const base = { jobId, ...(previews && { previews }) }
      if (all().some((follower) => follower.wantsHistory)) return { ...base, afterSeq: 0 }
      const least = held.toSorted((a, b) => a.seq - b.seq)[0]
      return least ? { ...base, afterSeq: least.seq, stamp: least.stamp } : base
    },
    opened(opening) {
      becomes('live')
      for (const follower of all()) {
        follower.replace(opening)
        follower.historyEnds()
      }
    },
    resumed(opening) {
      becomes('live')
      for (const follower of all()) {
        // who has come since holds nothing yet, and begins with the whole job
        if (!follower.snapshot && 'snapshot' in opening) follower.replace(opening)
        else follower.place(opening.queuePosition)
      }
    },
    resync(opening) {
      for (const follower of all()) {
        follower.replace(opening)
        follower.historyEnds()
      }
    },
    event(event) {
      const answers = all().map((follower) => follower.event(event))
      return answers.includes('gap') ? 'gap' : 'folded'
    },
    place(queuePosition) {
      for (const follower of all()) follower.place(queuePosition)
    },
    preview(frame) {
      for (const follower of all()) follower.preview(frame)
    },
    connection(next) {
      if (now !== next) becomes(next)
    },
    fail(error) {
      for (const follower of all()) follower.fail(error)
    },
  }
}

/** A resync over the socket says nothing of the clock: it is news of this moment. */
export function toOpening(snapshot: SnapshotView): Opening {
  return { snapshot, queuePosition: null, now: snapshot.updatedAt ?? snapshot.createdAt }
}
