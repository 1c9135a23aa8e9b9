/**
 * Answers that are held until a job has ended: `?wait=30`, `Prefer: wait=30`.
 *
 * A watch like any other, so nothing is polled: the answer goes out the moment the job ends, or with the job as it is
 * when the time is over or this process stops. A client that goes takes its watch along. Held answers count as open
 * event streams do; a *preference* that there is no room for is not applied, a `?wait` is refused.
 */
import type { ApiEvents, Clock, Emit } from '@safelight/runtime'
import { isTerminal, type JobView, type Snapshot } from '@safelight/shared'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { ClientLimits } from '../http/client-limits.ts'
import { type RequestDeadline, withDeadline } from '../http/deadline.ts'
import { note } from '../http/request-log.ts'
import type { Reply } from '../http/route.ts'
import type { ApiTimings } from '../timings.ts'
import type { JobWatches } from '../watch/job-watches.ts'
import type { Watch, Watcher } from '../watch/watcher.ts'

const LONGEST_WAIT_SECONDS = 60

export interface JobWaits {
  /** At once when nobody asked to wait, or there is nothing to wait for. */
  reply(held: HeldAnswer): Promise<Reply>
}

export interface HeldAnswer {
  /** The job as it is now. */
  snapshot: Snapshot
  wait: Wait | null
  request: Request
  status: number
  headers?: Record<string, string>
  toBody: (snapshot: Snapshot) => Promise<JobView>
  /** When the job's record has been removed meanwhile. */
  onGone: () => Error
}

export interface Wait {
  seconds: number
  /** Asked for by `Prefer`, which may be passed over. */
  isPreference: boolean
}

export interface JobWaitsDeps {
  watches: Pick<JobWatches, 'subscribe'>
  limits: ClientLimits
  emit: Emit<ApiEvents>
  /** What is open now, for the end of the process. */
  streams: Set<{ endForShutdown(): void }>
  clock: Clock
  timings: Pick<ApiTimings, 'holdMs'>
  /** How long it may take until the watch has begun. */
  deadline: RequestDeadline
}

export const waitQuery = z.object({
  wait: z.coerce.number().int().min(0).max(LONGEST_WAIT_SECONDS).optional().meta({
    description: 'Seconds for which the answer is held until the job has ended.',
    example: 30,
  }),
})

export const preferHeader = z.object({
  Prefer: z.string().optional().transform(toPreferredWait).meta({
    description:
      '`wait=30`: the answer is held for so many seconds, 60 at most, until the job has ended; `wait` alone is as long as may be. `Preference-Applied` says that it was.',
    example: 'wait=30',
  }),
})

/** The query wins: it is part of the address. */
export function toWait(query: number | undefined, preferred: number | null): Wait | null {
  if (query !== undefined) return { seconds: query, isPreference: false }
  return preferred === null ? null : { seconds: preferred, isPreference: true }
}

/** Of `respond-async, wait=10` 10: what is not understood is passed over, as RFC 7240 has it. */
export function toPreferredWait(header: string | undefined): number | null {
  for (const preference of header?.slice(0, 1_000).split(',') ?? []) {
    const match = /^\s*wait\s*(?:=\s*"?(\d{1,9})"?\s*)?(?:;.*)?$/i.exec(preference)
    if (match) return Math.min(Number(match[1] ?? LONGEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
  }
  return null
}

export function createJobWaits(deps: JobWaitsDeps): JobWaits {
  const { watches, limits, emit, streams, clock, deadline, timings } = deps

  /** @param known what is answered when nothing newer was heard; null: the job is no more */
  function untilEnded(known: Snapshot, ms: number, signal: AbortSignal): Promise<Snapshot | null> {
    return new Promise((resolve, reject) => {
      let latest: Snapshot | null = known
      let watch: Watch | null = null
      let isOver = false

      function finish(): void {
        if (isOver) return
        isOver = true
        callOff()
        signal.removeEventListener('abort', finish)
        streams.delete(held)
        watch?.close()
        emit('watch:closed', { transport: 'wait' })
        resolve(latest)
      }
      function hear(snapshot: Snapshot): void {
        latest = snapshot
        if (isTerminal(snapshot.status)) finish()
      }
      function lose(): void {
        latest = null
        finish()
      }
      const watcher: Watcher = {
        open: ({ snapshot }) => hear(snapshot),
        event: (_event, snapshot) => hear(snapshot),
        resync: hear,
        preview: () => undefined,
        removed: lose,
      }
      const held = { endForShutdown: finish }
      const callOff = clock.after(ms, finish)
      streams.add(held)
      emit('watch:opened', { transport: 'wait', resumed: false })
      signal.addEventListener('abort', finish, { once: true })
      async function begin(): Promise<void> {
        watch = await watches.subscribe({ jobId: known.jobId, watcher })
        // the end of the job or of the wait may have come first
        if (isOver) watch?.close()
        else if (!watch) lose()
      }
      withDeadline(begin(), deadline).catch((error: unknown) => {
        reject(error)
        finish()
      })
    })
  }

  async function hold(answer: HeldAnswer, wait: Wait, response: Response): Promise<void> {
    if (response.destroyed) return
    note(response, { isHeld: true })
    const { snapshot, status, toBody } = answer
    const client = answer.request.ip ?? 'unknown'
    const isApplied = !wait.isPreference || limits.hasRoom(client)
    const latest = isApplied ? await watchOn() : snapshot
    if (response.destroyed) return
    if (!latest) throw answer.onGone()
    const body = await toBody(latest)
    response.status(status).set(answer.headers ?? {})
    if (isApplied) response.set(applied(wait))
    response.json(body)

    async function watchOn(): Promise<Snapshot | null> {
      const countOut = limits.admit(client)
      const gone = new AbortController()
      const onClose = () => gone.abort()
      response.once('close', onClose)
      try {
        const ms = Math.min(wait.seconds * 1_000, timings.holdMs)
        return await untilEnded(snapshot, ms, gone.signal)
      } catch (error) {
        // who only prefers to wait is told what is known
        if (wait.isPreference) return snapshot
        throw error
      } finally {
        response.off('close', onClose)
        countOut()
      }
    }
  }

  return {
    async reply(answer) {
      const { wait, snapshot, status, headers, toBody } = answer
      if (wait && wait.seconds > 0 && !isTerminal(snapshot.status)) {
        return { send: (response) => hold(answer, wait, response) }
      }
      return {
        status,
        body: await toBody(snapshot),
        headers: { ...headers, ...(wait && applied(wait)) },
      }
    },
  }
}

function applied({ seconds, isPreference }: Wait): Record<string, string> {
  return isPreference ? { 'Preference-Applied': `wait=${seconds}` } : {}
}
