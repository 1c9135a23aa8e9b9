/** A job whose prompt is on a host that cannot be asked from here waits for that, for as long as `ADOPT_WAIT`: its ticket goes round the workers meanwhile. */
import type { AttemptRecord } from '@safelight/store'
import { againAfter, type TicketReturn } from './conclude.ts'
import type { Handling } from './handling.ts'

/** @returns how the ticket leaves while its job waits; null when it need not, or not any longer */
export async function waitForHost(
  handling: Handling,
  record: AttemptRecord,
): Promise<TicketReturn | null> {
  if (handling.deps.fleet.find(record.hostId)?.state.reachable) return null
  return waitLonger(handling, record)
}

/** The same for a host that seems to be there, and has given no answer just now. */
export async function waitLonger(
  handling: Handling,
  record: AttemptRecord,
): Promise<TicketReturn | null> {
  const { deps, jobId } = handling
  const now = await deps.store.now()
  const since = record.unreachableSince ?? now
  if (now - since >= deps.adoptWaitMs) return null
  if (record.unreachableSince === null) {
    await handling.saveAttempt({ ...record, unreachableSince: since })
    deps.emit('job:waits-for-host', { jobId, hostId: record.hostId })
  }
  return againAfter(deps.timings.adoptLookMs)
}
