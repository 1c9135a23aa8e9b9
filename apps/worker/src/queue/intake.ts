/** The intake of tickets: as many as there are free slots to start their jobs on, and one more as soon as there is one. */
import type { Clock } from '@safelight/runtime'
import type { Worker } from 'bullmq'

/** One ticket that was taken. */
export interface TakenTicket {
  /** Its job has a slot on a host: the free slots are already one fewer. */
  gotSlot(): void
  /** It has left our hands. */
  gone(): void
}

export interface Intake {
  count(): TakenTicket
  /** A ticket is first in line, or will be, that must be taken whether there is a free slot or not: its job is on a host already. */
  expect(afterMs?: number): void
  /** Something changed: a slot, a host. */
  update(): void
  /** From here on the worker takes tickets as slots allow. */
  open(worker: Worker): void
  /** No ticket is in our hands. */
  isEmpty(): boolean
  /** Resolves as soon as that is so. */
  whenEmpty(): Promise<void>
  /** The worker is left as it is from here on. */
  close(): void
}

export interface Load {
  /** Tickets in our hands. */
  tickets: number
  /** Those of them whose job has a slot, or had one and only collects outputs now. */
  withSlot: number
  /** Free slots on reachable hosts. Tickets that look for a slot will take one of these. */
  freeSlots: number
  /** Tickets that need none. */
  expected?: number
  /** Keeps slow collecting from piling up without end. */
  maxTickets: number
}

export interface Capacity {
  /** There is no ticket and no free slot: take nothing. */
  paused: boolean
  /** BullMQ refuses less than 1, which is why `paused` exists. */
  concurrency: number
}

/** How many tickets the BullMQ worker may hold: those whose jobs have or had a slot, plus one per free slot, plus what is expected. */
export function toCapacity(load: Load): Capacity {
  const { tickets, withSlot, freeSlots, expected = 0, maxTickets } = load
  const wanted = Math.max(tickets, Math.min(withSlot + freeSlots + expected, maxTickets))
  return { paused: wanted === 0, concurrency: Math.max(1, wanted) }
}

/** @param freeSlots on the reachable hosts, as far as known */
export function createIntake(options: {
  freeSlots(): number
  maxTickets(): number
  clock: Pick<Clock, 'after'>
}): Intake {
  let tickets = 0
  let withSlot = 0
  /** Somebody else may have taken it: then an ordinary one is taken, and goes back to its place. */
  let expected = 0
  let worker: Worker | null = null
  let closed = false
  let lastChange: Promise<void> = Promise.resolve()
  let due: NodeJS.Immediate | null = null
  const timers = new Set<() => void>()
  const waiting = new Set<() => void>()

  /** Soon, and once: a job that takes a slot changes several numbers in a row. */
  function update(): void {
    due ??= setImmediate(adjust)
  }

  function adjust(): void {
    due = null
    if (!worker) return
    const maxTickets = options.maxTickets()
    const freeSlots = options.freeSlots()
    const capacity = toCapacity({ tickets, withSlot, freeSlots, expected, maxTickets })
    const raised = capacity.concurrency > worker.concurrency
    worker.concurrency = capacity.concurrency
    if (capacity.paused !== worker.isPaused() || raised) apply(worker, capacity.paused)
  }

  /**
   * A running BullMQ worker at its limit looks again only when one of its jobs ends: raising
   * `concurrency` alone would leave a host idle while outputs are collected. `resume` wakes it.
   */
  function apply(target: Worker, paused: boolean): void {
    const before = lastChange
    const change = async () => {
      await before
      if (worker !== target) return
      await target.pause(true)
      if (!paused && worker === target) await target.resume()
    }
    lastChange = change()
  }

  return {
    count() {
      tickets += 1
      // it looks for none of the free slots: as if it had one
      let slots = expected > 0 ? 1 : 0
      expected -= slots
      withSlot += slots
      update()
      return {
        gotSlot() {
          withSlot += 1 - slots
          slots = 1
          update()
        },
        gone() {
          tickets -= 1
          withSlot -= slots
          update()
          if (tickets > 0) return
          for (const resolve of waiting) resolve()
          waiting.clear()
        },
      }
    },
    expect(afterMs = 0) {
      if (closed) return
      const callOff = options.clock.after(afterMs, () => {
        timers.delete(callOff)
        expected += 1
        update()
      })
      timers.add(callOff)
    },
    update,
    open(target) {
      worker = target
      update()
    },
    isEmpty: () => tickets === 0,
    whenEmpty: () =>
      new Promise((resolve) => {
        if (tickets === 0) resolve()
        else waiting.add(resolve)
      }),
    close() {
      closed = true
      worker = null
      if (due) clearImmediate(due)
      for (const callOff of timers) callOff()
    },
  }
}
