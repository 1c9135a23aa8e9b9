/** A cancel that was asked for while nobody held the job: whoever drives its host sees to it. */
import type { AttemptRecord } from '@safelight/store'
import { finish, type TicketReturn } from './conclude.ts'
import type { WorkerTimings } from '../timings.ts'
import type { Handling, HandlingDeps } from './handling.ts'
import { bringCanceled } from './late-outputs.ts'
import { noteOrphan, stopOrphan } from './orphan.ts'
import { waitForHost, waitLonger } from './wait-for-host.ts'

export async function confirmCancel(
  handling: Handling,
  record: AttemptRecord | null,
): Promise<TicketReturn> {
  if (record && !record.harvest) {
    const wait = await waitForHost(handling, record)
    if (wait) return wait
    const end = await stopOrphan(handling, record, toPatient(handling.deps))
    // silence confirms nothing: its host may have been stopped for a moment, with the prompt in the middle
    const silence = end ? null : await waitLonger(handling, record)
    if (silence) return silence
    if (!end || end.outcome === 'stalled') await noteOrphan(handling, record)
    if (end?.outcome === 'canceled') await bringCanceled(handling, record, end)
  }
  return finish(handling, { status: 'canceled' })
}

/** Nothing else waits for the job: its host may take as long to obey as it may with a worker that follows the prompt. */
function toPatient({
  timings: { session, orphan },
}: HandlingDeps): Pick<WorkerTimings, 'session' | 'orphan'> {
  return { session, orphan: { ...orphan, stopMs: session.stopMs ?? orphan.stopMs } }
}
