/** How a ticket leaves our hands. Each says false when it is not there any more: its lock has run out, and it waits, or is another's. */
import { systemClock } from '@safelight/runtime'
import { createSpend, type Keys } from '@safelight/store'
import { ErrorCode, Job } from 'bullmq'
import type { Redis } from 'ioredis'
import type { BullWorker } from '../bull-worker.ts'

export interface Leaving {
  /** Nothing is left of it. */
  spend(name: string, token: string): Promise<boolean>
  /** To whoever takes it next, at once or after a while. */
  giveBack(name: string, token: string, delayMs: number): Promise<boolean>
  /** It could not be worked on: it comes back by itself. */
  fail(name: string, token: string, error: unknown): Promise<boolean>
}

export function createLeaving(
  worker: BullWorker,
  deps: { redis: Redis; keys: Pick<Keys, 'bullPrefix'> },
): Leaving {
  async function leave(
    name: string,
    go: (ticket: Job<unknown, string>) => Promise<unknown>,
  ): Promise<boolean> {
    const ticket = await Job.fromId<unknown, string>(worker, name)
    if (!ticket) return false
    try {
      await go(ticket)
      return true
    } catch (error) {
      if (isNotOurs(error)) return false
      throw error
    }
  }

  return {
    spend: createSpend(deps, worker.name),
    // neither spends an attempt
    giveBack: (name, token, delayMs) =>
      leave(name, (ticket) =>
        delayMs > 0
          ? // BullMQ compares it with the clock of whoever looks next: most likely this process
            ticket.moveToDelayed(systemClock.now() + delayMs, token)
          : ticket.moveToWait(token),
      ),
    fail: (name, token, error) =>
      leave(name, (ticket) =>
        ticket.moveToFailed(
          error instanceof Error ? error : new Error(String(error)),
          token,
          false,
        ),
      ),
  }
}

const NOT_OURS: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
])

function isNotOurs(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_OURS.has(error.code)
}
