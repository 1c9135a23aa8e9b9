/**
 * Room for jobs of higher priority: with every slot taken, a job that is only staged gives its own back.
 *
 * Looked at now and then, and only while this worker has something staged: an idle one asks nothing. Workers agree in
 * the record of the job that waits: one other is taken back for it, by whoever is first.
 */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { Backlog } from '@safelight/store'
import type { SlotHolders } from '../hosts/slot-holders.ts'
import type { DispatchLimits } from '../limits.ts'
import type { WorkerTimings } from '../timings.ts'
import { pickTakeBacks, type StagedHost } from './pick-take-backs.ts'

export interface MakeRoomOptions {
  slots: {
    /** Hosts that take jobs, with what is staged there by this worker. */
    staged(): StagedHost[]
  }
  holders: Pick<SlotHolders, 'takeBack'>
  backlog: Pick<Backlog, 'candidates' | 'makeRoom'>
  limits: DispatchLimits
  timings: Pick<WorkerTimings, 'dispatchLookMs'>
  /** Redis' time. */
  clock: Clock
  log: Logger
}

/** Candidates per pool of one look: who has a higher priority is among the first. */
const AT_MOST = 16

export function startMakingRoom(options: MakeRoomOptions): { close(): Promise<void> } {
  const { slots, holders, backlog, limits, clock, log } = options
  /** Jobs that wait, and that room has been made for. */
  let served: ReadonlySet<string> = new Set()

  async function look(): Promise<void> {
    const hosts = slots.staged()
    const pools = hosts.filter(({ staged }) => staged.length > 0).flatMap((host) => host.pools)
    if (pools.length === 0) return
    const { affinity, agingMs, ownerLimit } = limits
    const query = { pools: [...new Set(pools)], atMost: AT_MOST, agingMs, ownerLimit }
    const candidates = await backlog.candidates(query)
    served = new Set(candidates.flatMap(({ jobId }) => (served.has(jobId) ? [jobId] : [])))
    const waiting = candidates.filter(({ jobId }) => !served.has(jobId))
    const picked = pickTakeBacks(waiting, hosts, { affinity, agingMs, nowMs: clock.now() })
    for (const takeBack of picked) await makeRoom(takeBack.forJobId, takeBack.jobId)
  }

  async function makeRoom(forJobId: string, jobId: string): Promise<void> {
    const isFirst = await backlog.makeRoom(forJobId)
    served = new Set([...served, forJobId])
    if (!isFirst) return
    log.info({ jobId, forJobId }, 'taking a job back for one of higher priority')
    holders.takeBack(jobId)
  }

  return repeat({
    everyMs: options.timings.dispatchLookMs,
    run: look,
    onError: (error) => log.debug({ err: error }, 'could not look for jobs that need room'),
    clock,
  })
}
