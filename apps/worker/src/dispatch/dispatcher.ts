/**
 * Dispatch: whenever a host has a free slot, the next job that it may run gets it.
 *
 * One loop per pool. With a free slot it looks at the first jobs of the backlog and moves one to the queue of a host, until
 * there is none; then it takes the ticket that wakes it (BullMQ's blocking fetch). There is one at a time: whoever takes it
 * passes it on as soon as it knows that more wait than it can serve.
 */
import { type Clock, type Logger, sleep } from '@safelight/runtime'
import type { Backlog, Candidate, JobOnHost, Tickets } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import type { IntakeTickets } from './intake-tickets.ts'
import { openPages, type Pages } from './pages.ts'
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
  open(pool: string): Iterable<OpenHost>
  /** Whether there is one. */
  isOpen(pool: string): boolean
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
  tickets: Pick<Tickets, 'wake'>
  /** The job has its slot: it gets its ticket there. */
  begin(hostId: string, job: JobOnHost): Promise<void>
  affinity: AffinityLimits
  agingMs: number | null
  ownerLimit: number | null
  timings: Pick<WorkerTimings, 'dispatchLookMs' | 'queueRetryMs'>
  /** Redis' time. */
  clock: Clock
  log: Logger
}

/** After which a host goes without. */
const LOOKS = 8

type Outcome =
  | 'dispatched'
  /** Nobody waits in the pool. */
  | 'nobody'
  /** Somebody does, for whom there is nothing here. */
  | 'not_here'
  /** Others have taken the slot meanwhile. */
  | 'no_slot'

interface Dispatch {
  outcome: Outcome
  /** Others were seen to wait in the pool. */
  more: boolean
}

export function startDispatcher(options: DispatcherOptions): {
  update(): void
  close(): Promise<void>
} {
  const { slots, backlog, tickets, clock, log, timings } = options
  const closing = new AbortController()
  const { signal } = closing

  async function run(pool: string, intake: IntakeTickets): Promise<void> {
    /** The ticket has been spent by us: who waits beyond what we can serve needs another. */
    let owes = false
    let misses = 0
    while (!signal.aborted) {
      try {
        if (!slots.isOpen(pool)) {
          if (owes && !(await backlog.isEmpty(pool))) await tickets.wake(pool)
          owes = false
          await slots.whenOpen(pool, signal)
        }
        const { outcome, more } = await dispatchNext(pool)
        if (owes && (more || outcome === 'not_here')) {
          await tickets.wake(pool)
          owes = false
        }
        if (outcome === 'nobody') owes = await intake.take()
        misses = outcome === 'no_slot' ? misses + 1 : 0
        if (outcome === 'not_here' || misses > 1) await sleep(clock, timings.dispatchLookMs, signal)
      } catch (error) {
        if (signal.aborted) break
        log.debug({ err: error, pool }, 'dispatch broke off')
        await sleep(clock, timings.queueRetryMs, signal).catch(() => undefined)
      }
    }
    if (owes) await tickets.wake(pool).catch(() => undefined)
  }

  async function dispatchNext(pool: string): Promise<Dispatch> {
    const pages = openPages(options)
    let last: Dispatch = { outcome: 'no_slot', more: false }
    for (const host of slots.open(pool)) {
      const filled = await fill(host, pool, pages)
      // to what is not there, no other host changes anything
      if (filled.outcome === 'dispatched' || filled.outcome === 'nobody') return filled
      if (last.outcome !== 'not_here') last = filled
    }
    return last
  }

  /** Page by page: what this host may not run must not hide the rest from it. */
  async function fill(host: OpenHost, pool: string, pages: Pages): Promise<Dispatch> {
    const { hostId } = host
    let isFirst = true
    // who has waited too long is found among the oldest: the first of a few of them is not the next of all
    for (let look = options.agingMs === null ? -1 : 0; look < LOOKS; look += 1) {
      const candidates = await pages.read(host.pools, look)
      if (candidates.length === 0) break
      isFirst = false
      slots.missed(candidates)
      const nowMs = clock.now()
      let left = candidates
      for (;;) {
        const pick = pickJob(left, host, { affinity: options.affinity, nowMs })
        // whoever comes later might suit the host better
        if (!pick || (look < 0 && !isBest(pick, left, host))) break
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
          await options.begin(hostId, taken)
          log.info({ jobId, hostId, overtaken: overtaken.length }, 'job dispatched')
          const more = left.some((other) => other.jobId !== jobId && other.pool === pool)
          return { outcome: 'dispatched', more }
        }
        if (taken.outcome === 'full') {
          slots.full(hostId)
          return { outcome: 'no_slot', more: true }
        }
        // somebody was faster
        left = left.filter((candidate) => candidate.jobId !== jobId)
        pages.forget()
      }
    }
    // a job whose owner has all he may have is no candidate, and waits all the same
    if (await backlog.isEmpty(pool)) return { outcome: 'nobody', more: false }
    // it came just now
    const isNew = isFirst && options.ownerLimit === null
    return { outcome: isNew ? 'no_slot' : 'not_here', more: true }
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
