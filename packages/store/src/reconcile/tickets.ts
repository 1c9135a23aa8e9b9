/**
 * A ticket on each intake queue in whose pool jobs wait; as many as jobs while workers of the version before are there, which
 * dispatch one for each. One too many is spent on nothing, one too few may leave a host idle.
 */
import { toLabel } from '../backlog/pools.ts'
import { bringBackDeferred } from '../backlog/deferred.ts'
import type { ReconcilerDeps } from './reconciler.ts'

const AT_MOST = 500

/** @returns how many were missing */
export async function reconcileTickets({
  backlog,
  tickets,
  hosts,
}: ReconcilerDeps): Promise<number> {
  const perJob = await hosts.haveOlderWorkers()
  tickets.serveOlder(perJob)
  await bringBackDeferred({ backlog, tickets })
  let added = 0
  for (const [pool, waiting] of await backlog.waiting()) {
    if (waiting === 0) continue
    const wanted = perJob ? Math.min(AT_MOST, waiting) : 1
    const missing = wanted - (await tickets.count(pool))
    for (let n = 0; n < missing; n += 1) {
      // any name will do: which job it starts is decided when there is a slot
      await tickets.announceAgain({ jobId: 'missing', pool: toLabel(pool) })
      added += 1
    }
  }
  return added
}
