/**
 * The reconciler: what a crash left between two stores is made good. It compares, and puts right what differs:
 *
 *   tickets   one on the intake queue of a pool where jobs wait
 *   hosts     a job that has a slot, or whose outputs are carried away, has its ticket on that host's queue; a host that
 *             nobody drives any more gives its jobs back
 *   old queue what a version before the backlog has left, see old-queue.ts
 *   names     of hosts and pools that nobody knows any more, see names.ts
 *   jobs      one that has not ended is in the backlog, deferred, or on a host; one that is nowhere goes back, and ends
 *             as `internal` the third time. Where the numbers agree, they are looked at one by one only now and then
 *   canceling a job that has ended is no longer among those that are being canceled
 *
 * Several processes may do so at once: every step is harmless when repeated.
 */
import {
  type Clock,
  type CommonEvents,
  type Emit,
  type Logger,
  repeat,
  systemClock,
} from '@safelight/runtime'
import type { Redis } from 'ioredis'
import type { Backlog } from '../backlog/backlog.ts'
import type { HostRegistry } from '../host-registry.ts'
import { SWEEP_EVERY_MS } from '../housekeeping/sweeps.ts'
import type { JobStore } from '../job-store.ts'
import { createCanceling } from '../jobs/canceling.ts'
import type { Keys } from '../keys.ts'
import type { Orphans } from '../orphans.ts'
import type { Tickets } from '../queues/tickets.ts'
import { RedisUnavailable } from '../redis-unavailable.ts'
import type { StoreTimings } from '../timings.ts'
import { createCountPlaces } from './count-places.ts'
import { reconcileHosts } from './hosts.ts'
import { reconcileJobs } from './jobs.ts'
import { createForgetNames } from './names.ts'
import { type Appraise, createOldQueue } from './old-queue.ts'
import { reconcileTickets } from './tickets.ts'

export interface ReconcilerDeps {
  redis: Redis
  keys: Keys
  store: JobStore
  backlog: Backlog
  tickets: Tickets
  hosts: Pick<HostRegistry, 'list' | 'haveOlderWorkers'>
  orphans: Pick<Orphans, 'add'>
  /** How long the jobs of a host that nobody drives wait for a worker that does. */
  adoptWaitMs: number
  /** For jobs that an older version accepted; without it they all cost the same and need nothing in particular. */
  appraise?: Appraise
  timings?: Partial<StoreTimings>
  clock?: Clock
  /** Told of each round that found something. */
  emit: Emit<CommonEvents>
  log: Logger
}

/** What one round found and put right. */
export interface Reconciled {
  /** Tickets that were missing, on intake queues and on those of hosts. */
  tickets: number
  /** Jobs given back by hosts that nobody drives. */
  undriven: number
  /** Jobs that were nowhere. */
  strays: number
}

export interface Reconciler {
  sweep(): Promise<Reconciled>
  /** Now, and then again and again until closed. */
  start(options: { everyMs: number }): { close(): Promise<void> }
}

/** A job too few and one too many give the right number: so all are looked at once in a while. */
const WALK_MS = 300_000

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { emit, log, clock = systemClock } = deps
  /** Since when nobody drives a host, by this process' stopwatch: a host just drained of workers is not forgotten at once. */
  const undrivenSince = new Map<string, number>()
  const oldQueue = createOldQueue(deps)
  const areAllInPlace = createCountPlaces(deps)
  const canceling = createCanceling(deps)
  let isMoved = false
  const forgetNames = createForgetNames(deps)
  let walkedAt = Number.NEGATIVE_INFINITY
  let forgottenAt = Number.NEGATIVE_INFINITY

  async function findStrays(): Promise<number> {
    const nowMs = clock.steady()
    if (nowMs - walkedAt < WALK_MS && (await areAllInPlace())) return 0
    const strays = await reconcileJobs(deps, oldQueue)
    walkedAt = nowMs
    return strays
  }

  async function sweep(): Promise<Reconciled> {
    isMoved ||= await oldQueue.move().catch((error: unknown) => {
      // whoever keeps the connection tells of that, once
      const isAway = error instanceof RedisUnavailable
      log[isAway ? 'debug' : 'warn'](
        { err: error },
        'the queue of an older version could not be moved yet',
      )
      return false
    })
    const strays = await findStrays()
    const hosts = await reconcileHosts(deps, { undrivenSince, nowMs: clock.steady() })
    const tickets = hosts.tickets + (await reconcileTickets(deps))
    if (clock.steady() - forgottenAt >= SWEEP_EVERY_MS.pools) {
      await forgetNames()
      forgottenAt = clock.steady()
    }
    await canceling.tidy()
    const found: Reconciled = { tickets, undriven: hosts.undriven, strays }
    if (tickets + hosts.undriven + strays > 0) emit('reconciler:found', { ...found })
    return found
  }

  return {
    sweep,
    start({ everyMs }) {
      const onError = (error: unknown) => log.debug({ err: error }, 'not reconciled')
      const first = sweep().then(() => undefined, onError)
      const next = repeat({ everyMs, clock, run: () => first.then(sweep), onError })
      return {
        async close() {
          await first
          await next.close()
        },
      }
    },
  }
}
