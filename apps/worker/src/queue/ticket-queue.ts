/**
 * The tickets of one queue, taken when somebody says that there are some: no connection waits for them, and an idle queue
 * costs nothing. Each is worked on as soon as it is taken; how it leaves our hands is what comes of that.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '@safelight/runtime'
import {
  type Claimed,
  type OpenHand,
  ticketNameOf,
  ticketSchema,
  toStoreTimings,
} from '@safelight/store'
import { type BullWorkerOptions, openBullWorker } from '../bull-worker.ts'
import { AGAIN, type TicketReturn } from '../job/conclude.ts'
import type { StopReason } from '../job/stop.ts'
import type { WorkerTimings } from '../timings.ts'
import { createLeaving } from './leave-ticket.ts'

export interface TicketQueue {
  /** Null when nothing more is taken now. */
  openHand(): OpenHand | null
  /** The ticket of this name has just been put there. */
  expect(name: string): void
  /** Takes all there is, those of dead workers as well, and those whose time has come. */
  look(): Promise<void>
  /** Whether the ticket of the job is in our hand. */
  has(jobId: string): boolean
  holds(): { queue: string; inHand: number; coming: number; expected: number; atOnce: number }
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
  work(jobId: string, signal: AbortSignal, claimed: Claimed | null): Promise<TicketReturn>
  /** The lock of this ticket ran out in another hand: it comes back. */
  onLost(ticketName: string): void
  clock: Clock
}

interface Taken {
  jobId: string
  token: string
  /** With its dispatch; null: that is still to be done. */
  claimed: Claimed | null
}

interface Held {
  jobId: string
  token: string
  stop: AbortController
  /** On its way out: its lock need not be kept. */
  leaves: boolean
  ended: Promise<void>
}

interface Beginning {
  holding: Held
  claimed: Claimed | null
  /** The same ticket, as it was in our hands before. */
  before: Held | undefined
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
  const leaving = createLeaving(worker, options)
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
      begin(ticket.id, { jobId: ticketSchema.parse(ticket.data).jobId, token, claimed: null })
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

  function begin(id: string, { claimed, ...taken }: Taken): void {
    const before = held.get(id)
    before?.stop.abort('claim-lost' satisfies StopReason)
    const stop = new AbortController()
    const holding: Held = { ...taken, stop, leaves: false, ended: Promise.resolve() }
    held.set(id, holding)
    holding.ended = work(id, { holding, claimed, before }).finally(() => {
      if (held.get(id) === holding) held.delete(id)
      if (wantsMore()) void take()
    })
  }

  async function work(id: string, { holding, claimed, before }: Beginning): Promise<void> {
    const { jobId, token, stop } = holding
    try {
      // we were late to keep it, and it has come back to us: never two at once for one job
      await before?.ended
      const isLost = before !== undefined && stop.signal.aborted
      const returned = isLost ? AGAIN : await options.work(jobId, stop.signal, claimed)
      holding.leaves = true
      const isOurs =
        returned.ticket === 'spent'
          ? await leaving.spend(id, token)
          : await giveBack(id, token, returned.delayMs)
      if (!isOurs) log.warn({ jobId }, 'ticket is in another hand')
    } catch (error) {
      log.error({ jobId, err: error }, 'ticket failed')
      await leaving
        .fail(id, token, error)
        .catch((again: unknown) => log.debug({ jobId, err: again }, 'ticket not put back'))
    }
  }

  async function giveBack(id: string, token: string, delayMs: number): Promise<boolean> {
    const isOurs = await leaving.giveBack(id, token, delayMs)
    if (isOurs && delayMs > 0) clock.after(delayMs + 1, takeMore)
    // when it has left our hands
    else if (isOurs) isUnsure = true
    return isOurs
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
      take(job, claimed) {
        close()
        begin(ticketNameOf(job), { jobId: job.jobId, token, claimed })
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
      for (const id of await worker.getBackend().moveStalledJobsToWait()) options.onLost(id)
      isUnsure = true
      await take()
    },
    has: (jobId) => [...held.values()].some((ticket) => ticket.jobId === jobId),
    holds: () => ({
      queue: name,
      inHand: held.size,
      coming: coming.size,
      expected: expected.size,
      atOnce,
    }),
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
