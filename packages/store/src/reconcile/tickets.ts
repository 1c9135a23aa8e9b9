/** As many tickets on each intake queue as jobs wait in its pool. One too many is spent on nothing, one too few may leave a host idle. */
import { toLabel } from '../backlog/backlog.ts'
import { bringBackDeferred } from '../backlog/deferred.ts'
import type { ReconcilerDeps } from './reconciler.ts'

const AT_MOST = 500

/** @returns how many were missing */
export async function reconcileTickets({ backlog, tickets }: ReconcilerDeps): Promise<number> {
  await bringBackDeferred({ backlog, tickets })
  let added = 0
  for (const [pool, waiting] of await backlog.waiting()) {
    const missing = Math.min(AT_MOST, waiting - (waiting > 0 ? await tickets.count(pool) : 0))
    for (let n = 0; n < missing; n += 1) {
      // any name will do: which job it starts is decided when there is a slot
      await tickets.announceAgain({ jobId: 'missing', pool: toLabel(pool) })
      added += 1
    }
  }
  return added
}
