/**
 * Dispatch: whenever a host has a free slot, the next job that it may run gets it.
 *
 * One loop per pool. With a free slot it looks at the first jobs of the backlog and moves one to the queue of a host, until
 * there is none; then it takes the ticket that wakes it (BullMQ's blocking fetch). There is one at a time: whoever takes it
 * passes it on as soon as it knows that more wait than it can serve.
 */
import { setMaxListeners } from 'node:events'
import { type Clock, sleep } from '@safelight/runtime'
import type { Candidate, HostDrain, Tickets } from '@safelight/store'
import type { Pulse } from '../health/pulse.ts'
import type { WorkerTimings } from '../timings.ts'
import type { IntakeTickets, TakenTicket } from './intake-tickets.ts'
import type { Offer } from './pick-job.ts'
import type { Rank } from './rank-hosts.ts'
import { dispatchRound, type Round, type RoundOptions } from './round.ts'
import { sleepUnless } from './when-told.ts'

/** A host that takes new jobs. */
export interface FitHost extends Offer, Rank {
  slots: number
  /** As far as known. */
  hasFreeSlot: boolean
  pools: readonly string[]
}

/** The hosts of this worker, as dispatch sees them. */
export interface SlotBook {
  /** Those that take jobs of the pool, the best first, with and without a free slot. */
  fit(pool: string): Iterable<FitHost>
  /** Whether one of them has a free slot. */
  isOpen(pool: string): boolean
  /** Resolves when there may be one. */
  whenOpen(pool: string, signal: AbortSignal): Promise<void>
  /** Resolves when a host has given up the last job it had. */
  whenIdle(signal: AbortSignal): Promise<void>
  /** Those of them that name files which no host lists: somebody may be copying one to a host. */
  missed(candidates: readonly Candidate[]): void
  /** The job has a slot there now. */
  took(hostId: string, jobId: string, files: readonly string[]): void
  /** It has given its slot up. */
  freed(hostId: string, jobId: string): void
  /** It did not get it. */
  refused(hostId: string, jobId: string): void
  /** Others have taken some, or given some back: it gets no job before it is looked at. */
  outdated(hostId: string): void
  /** Somebody wants it left alone. */
  drained(hostId: string, drain: HostDrain): void
}

export interface DispatcherOptions extends RoundOptions {
  /** Those that any of the hosts serves now. */
  pools(): readonly string[]
  openIntake(pool: string): Promise<IntakeTickets>
  slots: SlotBook
  tickets: Pick<Tickets, 'wake'>
  /** Told what each pool's loop is about. */
  pulse: Pick<Pulse, 'looks' | 'waitsForSlot'>
  timings: Pick<WorkerTimings, 'dispatchLookMs' | 'offerAtLeastMs' | 'queueRetryMs'>
  /** Redis' time. */
  clock: Clock
}

export function startDispatcher(options: DispatcherOptions): {
  update(): void
  close(): Promise<void>
} {
  const { slots, backlog, tickets, pulse, clock, log, timings } = options
  const closing = new AbortController()
  const { signal } = closing
  // each pool has some
  setMaxListeners(0, signal)

  async function run(pool: string, intake: IntakeTickets): Promise<void> {
    /** A ticket has been spent by us: who waits beyond what we can serve needs another. */
    let owes = false
    let ticket: TakenTicket | null = null
    let misses = 0
    /** Hosts that get a job in one round. */
    let width = Number.POSITIVE_INFINITY
    async function untilSpent(): Promise<boolean> {
      if (!ticket) return false
      const { spent } = ticket
      ticket = null
      owes = true
      await spent
      return true
    }
    /** What could only be staged is for a host that becomes idle. */
    async function rest(ms: number): Promise<void> {
      const atLeast = Math.min(ms, timings.offerAtLeastMs)
      await sleep(clock, atLeast, signal)
      await sleepUnless((over) => slots.whenIdle(over), { clock, ms: ms - atLeast, signal })
    }
    let passOver: ReadonlySet<string> = new Set()
    while (!signal.aborted) {
      pulse.looks(pool)
      try {
        if (!slots.isOpen(pool)) {
          await untilSpent()
          if (owes && !(await backlog.isEmpty(pool))) await tickets.wake(pool)
          owes = false
          pulse.waitsForSlot(pool)
          await slots.whenOpen(pool, signal)
          pulse.looks(pool)
        }
        const round = await dispatchRound(pool, { ...options, atMost: width, passOver })
        const { outcome, more } = round
        passOver = new Set(round.elsewhere)
        width = nextWidth(width, round)
        // who was announced until it was spent added no other, and may have come after that look
        if ((await untilSpent()) && outcome === 'nobody') continue
        if (owes && (more || outcome === 'not_here')) {
          await tickets.wake(pool)
          owes = false
        }
        if (outcome === 'nobody') {
          owes = false
          // spent while we look
          ticket = await intake.take()
        }
        misses = outcome === 'missed' ? misses + 1 : 0
        if (outcome === 'not_here') await rest(timings.dispatchLookMs)
        else if (misses > 1) await rest(afterMisses(misses, timings.dispatchLookMs))
      } catch (error) {
        if (signal.aborted) break
        log.debug({ err: error, pool }, 'dispatch broke off')
        await sleep(clock, timings.queueRetryMs, signal).catch(() => undefined)
      }
    }
    await untilSpent().catch(() => undefined)
    if (owes) await tickets.wake(pool).catch(() => undefined)
  }

  const loops = new Map<string, Promise<void>>()

  /** A pool that no host serves any more keeps its loop, which waits for one that does. */
  function update(): void {
    if (signal.aborted) return
    for (const pool of options.pools()) if (!loops.has(pool)) loops.set(pool, follow(pool))
  }

  async function follow(pool: string): Promise<void> {
    try {
      const intake = await options.openIntake(pool)
      const running = run(pool, intake)
      await Promise.race([running, whenAborted(signal)])
      await intake.close()
      await running
    } catch (error) {
      log.warn({ err: error, pool }, 'no tickets of the pool are taken')
      loops.delete(pool)
    }
  }

  update()
  return {
    update,
    async close() {
      closing.abort()
      await Promise.all(loops.values())
    },
  }
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/**
 * Who gives all jobs to all hosts at once while others do is mostly too late: as many as did get there, and twice as
 * many each time that all did.
 */
function nextWidth(width: number, { taken, missed }: Round): number {
  return missed > 0 ? Math.max(1, taken) : taken > 0 ? 2 * width : width
}

/** Others were faster, so they are at work: soon again, not in step with them, and later each time. */
function afterMisses(misses: number, atMostMs: number): number {
  return Math.min(atMostMs, 2 ** misses * (0.5 + Math.random()))
}
