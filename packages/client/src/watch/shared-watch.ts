/** The watch of one job, and all its subscribers: asks the server once for all of them, and passes on what comes. */
import type { JobEventView, PreviewFrame, SnapshotView, WatchRequest } from '@safelight/shared'
import type { Connection } from '../types.ts'
import type { Opening, Place, Subscriber } from './subscriber.ts'

export interface SharedWatch {
  readonly jobId: string
  readonly subscribers: Set<Subscriber>
  /** What has to be asked for so that every subscriber gets what it lacks. */
  toRequest(): WatchRequest
  /** The answer to a request that named no position: it is the whole job. */
  open(opening: Opening): void
  /** The answer to a request that did: what was missed follows. */
  resume(opening: Opening | Place): void
  /** What was missed cannot be had exactly. */
  resync(opening: Opening): void
  applyEvent(event: JobEventView): 'folded' | 'gap'
  setPlace(place: Place): void
  emitPreview(frame: PreviewFrame): void
  setConnection(connection: Connection): void
  fail(error: Error): void
}

export function createSharedWatch(jobId: string): SharedWatch {
  const subscribers = new Set<Subscriber>()
  let connection: Connection = 'connecting'
  /** A subscriber that ends leaves the set: only a copy can be walked. */
  const all = () => [...subscribers]

  function emitConnection(next: Connection): void {
    connection = next
    for (const subscriber of all()) subscriber.setConnection(next)
  }

  return {
    jobId,
    subscribers,
    toRequest() {
      const held = all().flatMap(({ snapshot }) => snapshot ?? [])
      const previews = all().some((subscriber) => subscriber.wantsPreviews)
      const base = { jobId, ...(previews && { previews }) }
      if (all().some((subscriber) => subscriber.wantsHistory)) return { ...base, afterSeq: 0 }
      const least = held.toSorted((a, b) => a.seq - b.seq)[0]
      return least ? { ...base, afterSeq: least.seq, stamp: least.stamp } : base
    },
    open(opening) {
      emitConnection('live')
      for (const subscriber of all()) {
        subscriber.replace(opening)
        subscriber.endHistory()
      }
    },
    resume(opening) {
      emitConnection('live')
      for (const subscriber of all()) {
        // who has come since holds nothing yet, and begins with the whole job
        if (!subscriber.snapshot && 'snapshot' in opening) subscriber.replace(opening)
        else subscriber.setPlace(opening)
      }
    },
    resync(opening) {
      for (const subscriber of all()) {
        subscriber.replace(opening)
        subscriber.endHistory()
      }
    },
    applyEvent(event) {
      const answers = all().map((subscriber) => subscriber.applyEvent(event))
      return answers.includes('gap') ? 'gap' : 'folded'
    },
    setPlace(place) {
      for (const subscriber of all()) subscriber.setPlace(place)
    },
    emitPreview(frame) {
      for (const subscriber of all()) subscriber.emitPreview(frame)
    },
    setConnection(next) {
      if (connection !== next) emitConnection(next)
    },
    fail(error) {
      for (const subscriber of all()) subscriber.fail(error)
    },
  }
}

/** A resync over the socket says nothing of the clock: it counts as of this moment. */
export function toOpening(snapshot: SnapshotView): Opening {
  return { snapshot, queuePosition: null, now: snapshot.updatedAt ?? snapshot.createdAt }
}
