/** One ticket of a host, from BullMQ's hand and back into it. The only place of a job that speaks BullMQ. */
import { systemClock } from '@safelight/runtime'
import { type HostStage, ticketSchema } from '@safelight/store'
import { DelayedError, type Job, WaitingError } from 'bullmq'
import type { HandlingDeps } from '../job/handling.ts'
import { createStopSwitch } from '../job/stop.ts'
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

/** What is thrown here could not even be written down: BullMQ brings the ticket back after a moment. */
export function createProcessor(deps: HandlingDeps, options: ProcessorOptions) {
  const { hostId, stage, inHand, leaving, slots } = options
  // exactly three parameters: BullMQ hands over a signal only to those who declare it
  return async function processJob(job: Job, token?: string, signal?: AbortSignal): Promise<void> {
    const { jobId } = ticketSchema.parse(job.data)
    const stop = createStopSwitch(signal, leaving)
    const gone = inHand.take(jobId, stop)
    const onSlotFree = () => slots.freed(hostId, jobId)
    try {
      const returned = await workOnJob(deps, { jobId, hostId, stage, stop, onSlotFree })
      if (returned.ticket === 'spent') {
        if (stage === 'execute') onSlotFree()
        return
      }
      // neither spends an attempt; should the ticket be another worker's by now, both are refused
      if (returned.delayMs > 0) {
        // BullMQ compares it with the clock of whoever looks next: most likely this process
        await job.moveToDelayed(systemClock.now() + returned.delayMs, token)
        throw new DelayedError()
      }
      await job.moveToWait(token)
      throw new WaitingError()
    } finally {
      gone()
    }
  }
}
