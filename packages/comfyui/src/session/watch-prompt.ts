/**
 * Watches a prompt that the host has, to its end. One loop; everything else only wakes it.
 *
 *   look ── in history ─────────────────────────────→ ended, as history says
 *    │ ├─── in neither queue nor history, twice ────→ lost (after a stop: once → stopped)
 *    │ ├─── no answer for `unreachableMs` ──────────→ throws HostError
 *    │ └─── pending or running → wait → look again
 *    ├─ running and nothing heard for `deafMs` → an open socket is opened anew
 *    ├─ cancel requested, or running without movement for `stallMs` → stopping; next in line while
 *    │  nothing runs counts as running: a living executor would have begun it
 *    └─ stopping: every `interruptEveryMs` the host is asked to stop, until a look above ends it,
 *       or `stopMs` have passed → stalled, interrupted: false. That is also the end of a cancel the host
 *       never obeys: the truth is that the prompt may still run, so it is not called canceled.
 *
 * The wait is cut short by a cancel, by a message that announces the end (then the next looks follow
 * within milliseconds) and by every (re)connection of the socket, since messages were lost before it.
 */
import { HostError } from '../errors.ts'
import { askToStop } from './cancel.ts'
import type { Contact } from './contact.ts'
import type { Deafness } from './deafness.ts'
import type { Sighting } from './look.ts'
import { look } from './look.ts'
import type { Pace } from './pace.ts'
import type { PromptSocket } from './socket.ts'
import type { StallClock } from './stall.ts'
import type { StopRequest } from './stop-request.ts'
import type { SessionTimings } from './timings.ts'
import type { StopCause } from './to-end.ts'
import { toAbsentEnd, toEnd } from './to-end.ts'
import type { HostClient } from '../client/types.ts'
import type { PromptEnd } from './types.ts'
import type { Wake } from './wake.ts'

export interface WatchOptions {
  client: HostClient
  promptId: string
  socket: PromptSocket
  stop: StopRequest
  timings: SessionTimings
  wake: Wake
  pace: Pace
  contact: Contact
  stall: StallClock
  deafness: Deafness
  onSighting(sighting: Sighting): void
  /** What is known of the socket after a look. */
  onDeafness(verdict: boolean | null): void
  /** @throws what a listener threw */
  throwFault(): void
}

export async function watchPrompt(options: WatchOptions): Promise<PromptEnd> {
  const { client, promptId, timings, stop, stall, contact } = options
  const signal = stop.detach
  const stopping = createStopping(timings)
  let sighting: Sighting | null = null
  let absentSince: number | null = null
  let ran = false

  for (;;) {
    options.throwFault()
    if (stop.canceled) stopping.start('cancel', performance.now())
    else if (stall.isStalled(performance.now())) stopping.start('stall', performance.now())

    try {
      if (stopping.isDue(performance.now())) await askToStop({ client, promptId, signal })
      sighting = await look({ client, promptId, signal })
      contact.made(performance.now())
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      const final = contact.failed(error, performance.now())
      if (final) throw final
      sighting = null
    }

    const now = performance.now()
    if (sighting) {
      options.onSighting(sighting)
      ran ||= sighting.at === 'running'
      stall.saw(toPlace(sighting), isDue(sighting), now)
    }
    if (sighting?.at === 'ended') {
      options.deafness.ended()
      options.onDeafness(options.deafness.verdict)
      return toEnd(sighting.entry, stopping.cause)
    }
    if (sighting?.at === 'absent') {
      if (stopping.cause === 'stall' && !ran) return neverRan(promptId)
      if (stopping.cause) return toAbsentEnd(promptId, stopping.cause)
      if (absentSince !== null && now - absentSince >= timings.confirmMs) {
        return toAbsentEnd(promptId, null)
      }
      absentSince ??= now
    } else if (sighting) {
      absentSince = null
    }
    if (stopping.isOverdue(now)) {
      return ran ? { outcome: 'stalled', promptId, interrupted: false } : neverRan(promptId)
    }

    const deaf = options.deafness.isDeaf(sighting?.at === 'running', now)
    if (deaf && options.socket.open) options.socket.reopen()
    options.onDeafness(options.deafness.verdict)

    const failures = contact.failures
    const absent = sighting?.at === 'absent'
    await options.wake.wait(
      options.pace.nextMs({ failures, absent, stopping: stopping.cause !== null }),
      signal,
    )
  }
}

function isDue(sighting: Sighting): boolean {
  return sighting.at === 'running' || (sighting.at === 'pending' && sighting.ahead === 0)
}

function neverRan(promptId: string): PromptEnd {
  return { outcome: 'stalled', promptId, interrupted: false, neverRan: true }
}

function toPlace(sighting: Sighting): string {
  return sighting.at === 'pending' ? `pending ${sighting.ahead}` : sighting.at
}

/** Why and since when the host is being asked to stop. */
function createStopping(timings: SessionTimings) {
  let cause: StopCause | null = null
  let since = 0
  let askedAt = Number.NEGATIVE_INFINITY
  return {
    get cause() {
      return cause
    },
    /** A cancel takes over from a stall, with a time of its own. */
    start(newCause: StopCause, atMs: number) {
      if (cause === newCause || cause === 'cancel') return
      cause = newCause
      since = atMs
    },
    isDue(atMs: number): boolean {
      if (cause === null || atMs - askedAt < timings.interruptEveryMs) return false
      askedAt = atMs
      return true
    },
    isOverdue: (atMs: number) => cause !== null && atMs - since >= timings.stopMs,
  }
}
