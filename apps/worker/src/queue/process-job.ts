/** What is done for one ticket of a host. */
import type { Claimed, HostStage } from '@safelight/store'
import type { TicketReturn } from '../job/conclude.ts'
import type { HandlingDeps } from '../job/handling.ts'
import { createStopSwitch } from '../job/stop.ts'
import { createSubmitOrder } from '../job/submit-order.ts'
import { workOnJob } from '../job/work-on-job.ts'
import type { TicketsInHand } from './in-hand.ts'

export interface ProcessorOptions {
  hostId: string
  stage: HostStage
  inHand: TicketsInHand
  /** Aborted when the host gets nothing new from here. */
  leaving: AbortSignal
  slots: {
    /** The job has given its slot of the host up. */
    freed(hostId: string, jobId: string): void
  }
}

/** What is thrown here could not even be written down: the ticket comes back after a moment. */
export function createProcessor(deps: HandlingDeps, options: ProcessorOptions) {
  const { hostId, stage, inHand, leaving, slots } = options
  const order = createSubmitOrder({ atMostMs: deps.timings.submitOrderMs, clock: deps.clock })
  return async function processJob(
    jobId: string,
    signal: AbortSignal,
    claimed: Claimed | null,
  ): Promise<TicketReturn> {
    const stop = createStopSwitch(signal, leaving)
    const gone = inHand.take({ jobId, hostId, stage }, stop)
    // before anything is waited for: jobs come here as they are dispatched
    const place = order.enter()
    const onSlotFree = () => slots.freed(hostId, jobId)
    try {
      const ticket = { jobId, hostId, stage, claimed, stop, place, onSlotFree }
      const returned = await workOnJob(deps, ticket)
      if (returned.ticket === 'spent' && stage === 'execute') onSlotFree()
      return returned
    } finally {
      place.leave()
      gone()
      stop.close()
    }
  }
}
