/** Follows a job over server-sent events: connects, drops, and comes back with `Last-Event-ID`. */
import { setTimeout as delay } from 'node:timers/promises'
import { isTerminal, sseStatusSchema } from '@safelight/shared'
import { readSse, type SseFrame } from '@safelight/testkit'
import { z } from 'zod'
import {
  CONNECT_MS,
  createOrderCheck,
  type Followed,
  type FollowOptions,
  finalOf,
  JobNotFound,
  RECONNECT_MS,
} from './follower.ts'

/** Longer than the server's keep-alive: a server that says nothing at all is gone. */
const SILENCE_MS = 40_000
const numbered = z.looseObject({ seq: z.int().nonnegative(), stamp: z.string().optional() })

export async function followBySse(options: FollowOptions): Promise<Followed> {
  const { jobId, signal } = options
  const followed: Followed = {
    jobId,
    kind: 'sse',
    final: null,
    connections: 0,
    events: 0,
    disorder: [],
  }
  const order = createOrderCheck(followed.disorder)
  /** `seq` of the snapshot whose frames are coming in; the last of them carries it as its id. */
  let snapshotSeq: number | null = null
  let lastId: string | null = null

  function take({ id, event, data }: SseFrame): void {
    if (event === 'preview') return
    followed.events += 1
    const { seq, stamp } = numbered.parse(data)
    if (id === null) {
      snapshotSeq = seq
      return
    }
    lastId = stamp ? `${seq}-${stamp}` : id
    const status = event === 'status' ? sseStatusSchema.parse(data) : null
    // a lone status frame may be a whole snapshot, and the terminal one always is
    const isSnapshot = order.last() === null || snapshotSeq === seq || status !== null
    if (isSnapshot && seq !== order.last()) order.snapshot(seq)
    else order.event(seq)
    snapshotSeq = null
    if (status && isTerminal(status.status)) followed.final = finalOf(status)
  }

  async function connectOnce(): Promise<void> {
    const call = new AbortController()
    const stop = () => call.abort()
    signal.addEventListener('abort', stop, { once: true })
    let watchdog = setTimeout(stop, CONNECT_MS)
    try {
      const answer = await fetch(
        `${options.pickUrl()}/api/v2/jobs/${jobId}/events?previews=false`,
        {
          headers: lastId === null ? {} : { 'last-event-id': lastId },
          signal: call.signal,
        },
      )
      if (answer.status === 404) throw new JobNotFound(jobId)
      if (answer.status !== 200 || !answer.body) return
      followed.connections += 1
      let eventsLeft = options.eventsUntilDrop()
      for await (const frame of readSse(answer)) {
        clearTimeout(watchdog)
        watchdog = setTimeout(stop, SILENCE_MS)
        take(frame)
        eventsLeft -= 1
        if (followed.final || eventsLeft <= 0) return
      }
    } catch (error) {
      // a connection that broke or never came about is what this is for
      if (error instanceof JobNotFound || error instanceof z.ZodError) throw error
    } finally {
      clearTimeout(watchdog)
      signal.removeEventListener('abort', stop)
      stop()
      snapshotSeq = null
    }
  }

  while (!followed.final && !signal.aborted) {
    await connectOnce()
    if (!followed.final) await delay(RECONNECT_MS)
  }
  return followed
}
