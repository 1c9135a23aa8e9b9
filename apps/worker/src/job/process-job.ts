/** One ticket, from BullMQ's hand and back into it. The only place of a job that speaks BullMQ. */
import { ticketSchema } from '@safelight/store'
import { DelayedError, type Job, WaitingError } from 'bullmq'
import type { Outcome } from './conclude.ts'
import { createStopSwitch } from './stop.ts'
import { takeTurn } from './take-turn.ts'
import type { TurnDeps } from './turn.ts'

/** What is thrown here could not even be written down: BullMQ brings the ticket back after a moment. */
export function createProcessor(deps: TurnDeps) {
  // exactly three parameters: BullMQ hands over a signal only to those who declare it
  return async function processJob(job: Job, token?: string, signal?: AbortSignal): Promise<void> {
    const { jobId } = ticketSchema.parse(job.data)
    const place = deps.room.enter()
    let outcome: Outcome
    try {
      outcome = await takeTurn(deps, { jobId, place, stop: createStopSwitch(signal) })
    } finally {
      place.leave()
    }
    if (outcome.ticket === 'spent') return
    // neither spends an attempt; should the ticket be another worker's by now, both are refused
    if (outcome.delayMs > 0) {
      // in its turn among its priority: a job that failed lets the ones in line go first
      await job.moveToDelayed(deps.clock.now() + outcome.delayMs, token)
      throw new DelayedError()
    }
    // to the head of its priority
    await job.moveToWait(token)
    throw new WaitingError()
  }
}
