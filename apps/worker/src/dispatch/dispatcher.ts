/**
 * Dispatch: whenever a host has a free slot, the next job that it may run gets it.
 *
 * One loop per pool: with a free slot, take a ticket (BullMQ's blocking fetch is the signal, for an accepted job and a
 * freed slot alike), look at the first jobs of the backlog, move one to the queue of a host.
 */
import { type Clock, type Logger, sleep } from '@safelight/runtime'
import type { Backlog, Candidate, Tickets } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import type { IntakeTickets, TakenTicket } from './intake-tickets.ts'
import {
  type AffinityLimits,
  isInPlace,
  type Offer,
  type Pick as Choice,
  pickJob,
} from './pick-job.ts'

/** A host with a free slot, as far as known. */
export interface OpenHost extends Offer {
  slots: number
  pools: readonly string[]
}

/** The hosts of this worker, as dispatch sees them. */
export interface SlotBook {
  /** Those that take a new job of the pool, the best first. */
  open(pool: string): OpenHost[]
  /** Resolves when there may be one. */
  whenOpen(pool: string, signal: AbortSignal): Promise<void>
  /** Those of them that name files which no host lists: somebody may be copying one to a host. */
  missed(candidates: readonly Candidate[]): void
  /** The job has a slot there now. */
  took(hostId: string, jobId: string, files: readonly string[]): void
  /** Others have taken them all. */
  full(hostId: string): void
}

export interface DispatcherOptions {
  /** Those that any of the hosts serves now. */
  pools(): readonly string[]
  openIntake(pool: string): Promise<IntakeTickets>
  slots: SlotBook
  backlog: Backlog
  tickets: Tickets
  affinity: AffinityLimits
  agingMs: number | null
  ownerLimit: number | null
  timings: Pick<WorkerTimings, 'dispatchLookMs' | 'queueRetryMs' | 'takeEveryMs'>
  /** Redis' time. */
  clock: Clock
  log: Logger
}

/** Candidates that one look takes. The first is a glance: mostly the next job is one for which nothing must be loaded. */
const GLANCE = 4
const AT_MOST = 64
/** After which a host goes without. */
const LOOKS = 8

type Outcome =
  | 'dispatched'
  /** A job of another pool that the host serves was next: its own ticket will be one too many. */
  | 'dispatched_other'
  /** Nobody waits in the pool. */
  | 'nobody'
  /** Somebody does, for whom there is nothing here. */
  | 'not_here'
  /** Others have taken the slot meanwhile. */
  | 'no_slot'

export function startDispatcher(options: DispatcherOptions): {
  update(): void
  close(): Promise<void>
} {
  const { slots, backlog, tickets, clock, log, timings } = options
  const closing = new AbortController()
  const { signal } = closing

  async function run(pool: string, intake: IntakeTickets): Promise<void> {
    while (!signal.aborted) {
      try {
        await slots.whenOpen(pool, signal)
        const ticket = await intake.take()
        if (ticket && (await serve(pool, ticket)) === 'not_here') {
          await sleep(clock, timings.dispatchLookMs, signal)
        }
      } catch (error) {
        if (signal.aborted) return
        log.debug({ err: error, pool }, 'dispatch broke off')
        await sleep(clock, timings.queueRetryMs, signal).catch(() => undefined)
      }
    }
  }

  async function serve(pool: string, ticket: TakenTicket): Promise<Outcome> {
    const outcome = signal.aborted ? 'no_slot' : await dispatchNext(pool)
    const spent = outcome === 'dispatched' || outcome === 'nobody'
    await (spent ? ticket.spend() : ticket.putBack())
    return outcome
  }

  async function dispatchNext(pool: string): Promise<Outcome> {
    let outcome: Outcome = 'no_slot'
    for (const host of slots.open(pool)) {
      const filled = await fill(host, pool)
      if (filled === 'dispatched' || filled === 'dispatched_other') return filled
      if (outcome !== 'not_here') outcome = filled
    }
    return outcome
  }

  /** Page by page: what this host may not run must not hide the rest from it. */
  async function fill(host: OpenHost, pool: string): Promise<Outcome> {
    const { hostId } = host
    // who has waited too long is found among the oldest: the first of a few of them is not the next of all
    for (let look = options.agingMs === null ? -1 : 0; look < LOOKS; look += 1) {
      const isGlance = look < 0
      const candidates = await backlog.candidates({
        pools: host.pools,
        atMost: isGlance ? GLANCE : AT_MOST,
        skip: isGlance ? 0 : look * AT_MOST,
        agingMs: options.agingMs,
        ownerLimit: options.ownerLimit,
      })
      if (candidates.length === 0) break
      slots.missed(candidates)
      const nowMs = clock.now()
      let left = candidates
      for (;;) {
        const pick = pickJob(left, host, { affinity: options.affinity, nowMs })
        // whoever comes later might suit the host better
        if (!pick || (isGlance && !isBest(pick, left, host))) break
        const { jobId, overtaken } = pick
        const taken = await backlog.dispatch({
          jobId,
          hostId,
          slots: host.slots,
          ownerLimit: options.ownerLimit,
          overtaken,
        })
        if (taken.outcome === 'dispatched') {
          const files = left.find((candidate) => candidate.jobId === jobId)?.needs.files ?? []
          slots.took(hostId, jobId, files)
          await tickets.addToHost(hostId, 'execute', taken)
          log.info({ jobId, hostId, overtaken: overtaken.length }, 'job dispatched')
          return pick.pool === pool ? 'dispatched' : 'dispatched_other'
        }
        if (taken.outcome === 'full') {
          slots.full(hostId)
          return 'no_slot'
        }
        // somebody was faster
        left = left.filter((candidate) => candidate.jobId !== jobId)
      }
    }
    // a job whose owner has all he may have is no candidate, and waits all the same
    return (await backlog.isEmpty(pool)) ? 'nobody' : 'not_here'
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
      // a fetch waits for so long at most; cut off sooner, its connection would not end any sooner
      await Promise.race([running, sleep(clock, timings.takeEveryMs)])
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

/** Next, and nothing to load for it: no other job could come before it. */
function isBest(
  { jobId, overtaken }: Choice,
  from: readonly Candidate[],
  { loaded }: Offer,
): boolean {
  const files = from.find((candidate) => candidate.jobId === jobId)?.needs.files ?? []
  return overtaken.length === 0 && isInPlace(files, loaded)
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
