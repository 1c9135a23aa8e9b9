/**
 * The tickets of one queue, taken when somebody says that there are some: no connection waits for them, and an idle queue
 * costs nothing. Each is worked on as soon as it is taken; how it leaves our hands is what comes of that.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '@safelight/runtime'
import {
  createSpend,
  type OpenHand,
  ticketNameOf,
  ticketSchema,
  toStoreTimings,
} from '@safelight/store'
import { Job } from 'bullmq'
import { type BullWorkerOptions, openBullWorker } from '../bull-worker.ts'
import type { TicketReturn } from '../job/conclude.ts'
import type { StopReason } from '../job/stop.ts'
import type { WorkerTimings } from '../timings.ts'

export interface TicketQueue {
  /** Null when nothing more is taken now. */
  openHand(): OpenHand | null
  /** The ticket of this name has just been put there. */
  expect(name: string): void
  /** Takes all there is, those of dead workers as well, and those whose time has come. */
  look(): Promise<void>
  /** Whether the ticket of the job is in our hand. */
  holds(jobId: string): boolean
  /** Keeps the locks of what is in our hands: whose is lost must stop. */
  keep(): Promise<void>
  /** What is in our hands must stop for that. */
  stopAll(reason: StopReason): void
  setAtOnce(count: number): void
  /** Takes nothing more; resolves when nothing is left in our hands. */
  close(): Promise<void>
}

export interface TicketQueueOptions
  extends Omit<BullWorkerOptions, 'takeEveryMs' | 'trouble' | 'timings'> {
  timings: Pick<WorkerTimings, 'lockMs' | 'lostTicketsEveryMs' | 'store'>
  /** Tickets in our hands at a time. */
  atOnce: number
  /** @throws what could not even be written down: the ticket comes back by itself */
  work(jobId: string, signal: AbortSignal): Promise<TicketReturn>
  clock: Clock
}

interface Held {
  jobId: string
  token: string
  stop: AbortController
  /** On its way out: its lock need not be kept. */
  leaves: boolean
  ended: Promise<void>
}

export async function openTicketQueue(
  name: string,
  options: TicketQueueOptions,
): Promise<TicketQueue> {
  const { timings, clock, log } = options
  const worker = await openBullWorker(name, { ...options, trouble: 'queue trouble' })
  /** By the name of the ticket. */
  const held = new Map<string, Held>()
  const coming = new Set<Promise<void>>()
  const spend = createSpend(options, name)
  const expected = new Set<string>()
  let { atOnce } = options
  /** There may be more than is expected. */
  let isUnsure = false
  let taking: Promise<void> | null = null
  let closed = false

  const hasRoom = () => !closed && held.size + coming.size < atOnce
  const wantsMore = () => hasRoom() && (isUnsure || expected.size > 0)

  async function takeAll(): Promise<void> {
    try {
      do await takeNext()
      while (wantsMore())
    } catch (error) {
      isUnsure = true
      log.debug({ err: error }, 'tickets not taken')
    }
    taking = null
  }

  /** What is said to be there while we ask may have come after the answer was given. */
  async function takeNext(): Promise<void> {
    const before = { expected: [...expected], isUnsure }
    isUnsure = false
    const token = randomUUID()
    const ticket = await worker.getNextJob(token, { block: false })
    // others were faster
    if (ticket?.id === undefined) for (const id of before.expected) expected.delete(id)
    else {
      // one of somebody else's was before it
      isUnsure ||= before.isUnsure || !expected.has(ticket.id)
      expected.delete(ticket.id)
      begin(ticket.id, ticketSchema.parse(ticket.data).jobId, token)
    }
  }

  async function take(): Promise<void> {
    if (!taking && wantsMore()) taking = takeAll()
    await taking
  }

  function takeMore(): void {
    isUnsure = true
    void take()
  }

  function begin(id: string, jobId: string, token: string): void {
    const stop = new AbortController()
    const ended = work(id, jobId, { token, signal: stop.signal }).finally(() => {
      held.delete(id)
      if (wantsMore()) void take()
    })
    held.set(id, { jobId, token, stop, leaves: false, ended })
  }

  async function work(
    id: string,
    jobId: string,
    { token, signal }: { token: string; signal: AbortSignal },
  ): Promise<void> {
    try {
      const returned = await options.work(jobId, signal)
      const holding = held.get(id)
      if (holding) holding.leaves = true
      if (returned.ticket !== 'spent') await giveBack(id, token, returned.delayMs)
      else if (!(await spend(id, token))) log.warn({ jobId }, 'ticket is in another hand')
    } catch (error) {
      log.error({ jobId, err: error }, 'ticket failed')
      const reason = error instanceof Error ? error : new Error(String(error))
      // should it be another worker's by now, that is refused, as all of the above
      await find(id)
        .then((ticket) => ticket.moveToFailed(reason, token, false))
        .catch((again: unknown) => log.debug({ jobId, err: again }, 'ticket not put back'))
    }
  }

  async function find(id: string): Promise<Job<unknown, string>> {
    const ticket = await Job.fromId<unknown, string>(worker, id)
    if (!ticket) throw new Error('the ticket is gone')
    return ticket
  }

  /** Neither spends an attempt. */
  async function giveBack(id: string, token: string, delayMs: number): Promise<void> {
    const ticket = await find(id)
    if (delayMs > 0) {
      // BullMQ compares it with the clock of whoever looks next: most likely this process
      await ticket.moveToDelayed(systemClock.now() + delayMs, token)
      clock.after(delayMs + 1, takeMore)
    } else {
      await ticket.moveToWait(token)
      // when it has left our hands
      isUnsure = true
    }
  }

  function openHand(): OpenHand | null {
    if (!hasRoom()) return null
    const token = randomUUID()
    let settle = () => {}
    const settled = new Promise<void>((resolve) => {
      settle = resolve
    })
    coming.add(settled)
    const close = () => {
      coming.delete(settled)
      settle()
    }
    const retryMs = toStoreTimings(timings.store).ticketRetryMs
    return {
      hand: { token, worker: options.name, lockMs: timings.lockMs, retryMs },
      take(job) {
        close()
        begin(ticketNameOf(job), job.jobId, token)
      },
      drop: close,
    }
  }

  return {
    openHand,
    expect(ticketName) {
      expected.add(ticketName)
      void take()
    },
    async look() {
      if (closed) return
      for (const id of await worker.getBackend().moveStalledJobsToWait()) {
        log.warn({ ticket: id }, 'job lost its worker')
      }
      isUnsure = true
      await take()
    },
    holds: (jobId) => [...held.values()].some((ticket) => ticket.jobId === jobId),
    async keep() {
      const kept = [...held].filter(([, { leaves }]) => !leaves)
      if (kept.length === 0) return
      const ids = kept.map(([id]) => id)
      const tokens = kept.map(([, { token }]) => token)
      for (const id of await worker.extendJobLocks(ids, tokens, timings.lockMs)) {
        const lost = held.get(id)
        if (!lost || lost.leaves || lost.token !== tokens[ids.indexOf(id)]) continue
        log.warn({ jobId: lost.jobId }, 'lock lost')
        lost.stop.abort('claim-lost' satisfies StopReason)
      }
    },
    stopAll(reason) {
      for (const { stop } of held.values()) stop.abort(reason)
    },
    setAtOnce(count) {
      atOnce = count
      void take()
    },
    async close() {
      closed = true
      await taking
      await Promise.all(coming)
      await Promise.all([...held.values()].map(({ ended }) => ended))
      await worker.close()
    },
  }
}
