/**
 * No host stays idle while a job is staged behind a long one elsewhere. Hosts with nothing to do are offered to all workers:
 * none stages a new job that such a host may take. For one that is staged all the same the worker of the idle host asks
 * in the record of the job, and the one that has staged it takes it back.
 *
 * Looked at now and then, and when a host has become idle.
 */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { Backlog, StagedJobElsewhere } from '@safelight/store'
import type { SlotHolders } from '../hosts/slot-holders.ts'
import type { DispatchLimits } from '../limits.ts'
import type { WorkerTimings } from '../timings.ts'
import type { FitHost } from './dispatcher.ts'
import { mayRun } from './pick-job.ts'
import { mayMove, pickMoves } from './pick-moves.ts'
import type { StagedHost } from './pick-take-backs.ts'
import { sleepUnless } from './when-told.ts'

export interface EvenOutOptions {
  slots: {
    /** Hosts that take jobs and have nothing to do, the best first. */
    idle(): FitHost[]
    /** Resolves when a host has given up the last job it had. */
    whenIdle(signal: AbortSignal): Promise<void>
    /** Hosts that take jobs, with what is staged there by this worker. */
    staged(): StagedHost[]
  }
  holders: Pick<SlotHolders, 'takeBack'>
  backlog: Pick<Backlog, 'candidates' | 'offer' | 'want' | 'wantedBy'>
  workerId: string
  limits: DispatchLimits
  timings: Pick<
    WorkerTimings,
    | 'dispatchLookMs'
    | 'offerAtLeastMs'
    | 'offeredMs'
    | 'moveAfterMs'
    | 'moveToLoadAfterMs'
    | 'wantedMs'
    | 'askEveryMs'
  >
  /** Redis' time. */
  clock: Clock
  log: Logger
}

/** Candidates per pool of one look: whether any is for an idle host. */
const AT_MOST = 16

export function startEveningOut(options: EvenOutOptions): { close(): Promise<void> } {
  const { slots, holders, backlog, workerId, limits, timings, clock, log } = options

  /** Since when each of our jobs has been asked for, and until when each of our hosts waits for one; by the steady clock. */
  let askedSince: ReadonlyMap<string, number> = new Map()
  let waitsUntil: ReadonlyMap<string, number> = new Map()

  async function look(): Promise<void> {
    await giveAway()
    const idle = slots.idle()
    const now = clock.steady()
    const isIdle = (id: string) => idle.some(({ hostId }) => hostId === id)
    waitsUntil = new Map([...waitsUntil].filter(([id, until]) => until > now && isIdle(id)))
    if (idle.length === 0) return
    const { offeredMs: forMs, moveAfterMs: stagedMs } = timings
    const staged = await backlog.offer({ hosts: idle, workerId, forMs, stagedMs })
    const asking = idle.filter(({ hostId }) => !waitsUntil.has(hostId))
    if (staged.length > 0 && asking.length > 0) await askFor(staged, asking)
  }

  async function giveAway(): Promise<void> {
    const ours = slots.staged().flatMap(({ staged }) => staged)
    const wantedBy = await backlog.wantedBy(ours.map(({ jobId }) => jobId))
    const now = clock.steady()
    const asked = ours.flatMap((job, at) => {
      const wanted = wantedBy[at]
      return wanted ? [{ ...wanted, job, since: askedSince.get(job.jobId) ?? now }] : []
    })
    askedSince = new Map(asked.map(({ job, since }) => [job.jobId, since]))
    for (const { job, byHostId, worthMs, since } of asked) {
      if (!mayMove(job, { worthMs, askedForMs: now - since })) continue
      const { jobId } = job
      log.info({ jobId, forHostId: byHostId }, 'taking a job back for a host that is idle')
      holders.takeBack(jobId)
    }
  }

  async function askFor(
    staged: readonly StagedJobElsewhere[],
    hosts: readonly FitHost[],
  ): Promise<void> {
    const pools = [...new Set(hosts.flatMap((host) => host.pools))]
    const nowMs = clock.now()
    const { agingMs, ownerLimit } = limits
    const waiting = await backlog.candidates({ pools, atMost: AT_MOST, agingMs, ownerLimit })
    // those are given to it by dispatch
    const unserved = hosts.filter(
      (host) => !waiting.some((job) => host.pools.includes(job.pool) && mayRun(job, host, nowMs)),
    )
    for (const move of pickMoves(staged, unserved, { ...timings, nowMs })) {
      if (!(await backlog.want({ ...move, workerId, forMs: timings.wantedMs }))) continue
      waitsUntil = new Map(waitsUntil).set(move.byHostId, clock.steady() + timings.askEveryMs)
    }
  }

  const closing = new AbortController()
  const { signal } = closing
  const first = () =>
    look().catch((error: unknown) =>
      log.debug({ err: error }, 'could not look for jobs for idle hosts'),
    )
  const pause = { clock, ms: timings.dispatchLookMs, signal, first }
  const loop = repeat({
    everyMs: timings.offerAtLeastMs,
    run: () => sleepUnless((over) => slots.whenIdle(over), pause),
    // closed meanwhile
    onError: () => undefined,
    clock,
  })
  return {
    async close() {
      closing.abort()
      await loop.close()
    },
  }
}
