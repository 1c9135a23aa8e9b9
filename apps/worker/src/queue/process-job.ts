/** One ticket, from BullMQ's hand and back into it. The only place of a job that speaks BullMQ. */
import { systemClock } from '@safelight/runtime'
import { aheadOf, FIRST_IN_LINE, ticketSchema } from '@safelight/store'
import { DelayedError, type Job, WaitingError } from 'bullmq'
import type { TicketReturn } from '../job/conclude.ts'
import type { HandlingDeps } from '../job/handling.ts'
import { createStopSwitch } from '../job/stop.ts'
import { workOnJob } from '../job/work-on-job.ts'
import type { Intake } from './intake.ts'

export interface ProcessorDeps extends HandlingDeps {
  intake: Intake
}

/** What is thrown here could not even be written down: BullMQ brings the ticket back after a moment. */
export function createProcessor(deps: ProcessorDeps) {
  // exactly three parameters: BullMQ hands over a signal only to those who declare it
  return async function processJob(job: Job, token?: string, signal?: AbortSignal): Promise<void> {
    const { jobId } = ticketSchema.parse(job.data)
    const taken = deps.intake.count()
    let returned: TicketReturn
    try {
      const stop = createStopSwitch(signal)
      returned = await workOnJob(deps, { jobId, onSlot: () => taken.gotSlot(), stop })
    } finally {
      taken.gone()
    }
    if (returned.ticket === 'spent') return
    await setPlace(job, returned)
    // neither spends an attempt; should the ticket be another worker's by now, both are refused
    if (returned.delayMs > 0) {
      // BullMQ compares it with the clock of whoever looks next: most likely this process
      await job.moveToDelayed(systemClock.now() + returned.delayMs, token)
      // what must be looked at again is, also by a worker that has no free slot
      const isFirst = returned.ticket === 'waits' && returned.before === 'all'
      if (isFirst) deps.intake.expect(returned.delayMs)
      throw new DelayedError()
    }
    // to the head of its priority
    await job.moveToWait(token)
    throw new WaitingError()
  }
}

/** After a delay a ticket comes last among its priority: a job that failed lets the ones in line go first, one that only waits does not. */
async function setPlace(job: Job, returned: TicketReturn): Promise<void> {
  const own = job.opts.priority ?? FIRST_IN_LINE
  const priority = returned.ticket === 'waits' ? toPlace(own, returned.before) : own
  if (job.priority !== priority) await job.changePriority({ priority })
}

function toPlace(own: number, before: 'all' | 'equals'): number {
  return before === 'all' ? FIRST_IN_LINE : aheadOf(own)
}
