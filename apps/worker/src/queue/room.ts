/** Keeps BullMQ from taking more tickets than there is room for, and makes it take more as soon as there is. */
import type { Worker } from 'bullmq'
import { toCapacity } from './capacity.ts'

/** One ticket in our hands. */
export interface Place {
  /** It has a seat on a host: the fleet's free seats are already one fewer. */
  seated(): void
  leave(): void
}

export interface Room {
  enter(): Place
  /** Something changed: a seat, a host. */
  update(): void
  /** From here on the worker takes tickets as room allows. */
  open(worker: Worker): void
  /** The worker is left as it is from here on. */
  close(): void
}

/** @param freeSeats on the reachable hosts, as far as known */
export function createRoom(options: { freeSeats(): number; maxTickets: number }): Room {
  let holding = 0
  let seated = 0
  let worker: Worker | null = null
  let turn: Promise<void> = Promise.resolve()
  let due: NodeJS.Immediate | null = null

  /** Soon, and once: a job that takes a seat changes several numbers in a row. */
  function update(): void {
    due ??= setImmediate(adjust)
  }

  function adjust(): void {
    due = null
    if (!worker) return
    const { maxTickets } = options
    const capacity = toCapacity({ holding, seated, freeSeats: options.freeSeats(), maxTickets })
    const raised = capacity.concurrency > worker.concurrency
    worker.concurrency = capacity.concurrency
    if (capacity.paused !== worker.isPaused() || raised) apply(worker, capacity.paused)
  }

  /**
   * A running BullMQ worker at its limit looks again only when one of its jobs ends: raising
   * `concurrency` alone would leave a host idle while outputs are collected. `resume` wakes it.
   */
  function apply(target: Worker, paused: boolean): void {
    const before = turn
    const change = async () => {
      await before
      if (worker !== target) return
      await target.pause(true)
      if (!paused && worker === target) await target.resume()
    }
    turn = change()
  }

  return {
    enter() {
      let seat = 0
      holding += 1
      update()
      return {
        seated() {
          seat = 1
          seated += 1
          update()
        },
        leave() {
          holding -= 1
          seated -= seat
          update()
        },
      }
    },
    update,
    open(target) {
      worker = target
      update()
    },
    close() {
      worker = null
      if (due) clearImmediate(due)
    },
  }
}
