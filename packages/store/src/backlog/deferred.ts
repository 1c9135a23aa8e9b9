/** Jobs that are to wait a while before they may begin again: no ticket of theirs is out until they are back in the backlog. */
import { type Clock, type Logger, systemClock } from '@safelight/runtime'
import type { Tickets } from '../queues/tickets.ts'
import type { Backlog } from './backlog.ts'
import { toLabel } from './pools.ts'

export interface DeferredDeps {
  backlog: Pick<Backlog, 'bringBack'>
  tickets: Pick<Tickets, 'announceAgain'>
}

/**
 * Those whose time has come are in the backlog again, and announced. Should we die in between, the reconciler sees that
 * there are too few tickets.
 * @returns ms until the next one's time has come; null when there is none
 */
export async function bringBackDeferred({
  backlog,
  tickets,
}: DeferredDeps): Promise<number | null> {
  const { jobs, nextMs } = await backlog.bringBack()
  await Promise.all(
    jobs.map(({ jobId, pool }) => tickets.announceAgain({ jobId, pool: toLabel(pool) })),
  )
  return nextMs
}

export interface DeferredWatch {
  /** A job has been deferred for so long. */
  note(delayMs: number): void
  /** ms until it looks again. */
  holds(): { nextInMs: number | null }
  close(): Promise<void>
}

export interface DeferredWatchOptions extends DeferredDeps {
  /** After an outage of Redis, try again soon. */
  retryMs: number
  clock?: Clock
  log: Logger
}

/** Brings jobs back on time. One timer, for the first that is due: of whom others deferred it knows from the last look. */
export function watchDeferred(options: DeferredWatchOptions): DeferredWatch {
  const { retryMs, clock = systemClock, log } = options
  let dueAt = Number.POSITIVE_INFINITY
  let callOff = () => {}
  let closed = false
  let running: Promise<void> = Promise.resolve()

  function note(delayMs: number): void {
    // by Redis' clock it may be a moment later
    const at = clock.steady() + delayMs + 1
    if (closed || at >= dueAt) return
    callOff()
    dueAt = at
    callOff = clock.after(delayMs + 1, () => {
      dueAt = Number.POSITIVE_INFINITY
      // never twice at a time
      running = running.then(run)
    })
  }

  async function run(): Promise<void> {
    try {
      const nextMs = await bringBackDeferred(options)
      if (nextMs !== null) note(nextMs)
    } catch (error) {
      log.debug({ err: error }, 'deferred jobs not brought back')
      note(retryMs)
    }
  }

  note(0)
  return {
    note,
    holds: () => ({
      nextInMs: Number.isFinite(dueAt) ? Math.max(0, dueAt - clock.steady()) : null,
    }),
    async close() {
      closed = true
      callOff()
      await running
    },
  }
}
