/** The end of a worker's life: take nothing new, wait a while, then hand back what still runs. Never without end. */
import type { Clock, Emit, Logger, WorkerEvents } from '@safelight/runtime'
import type { OpenTickets } from './host-tickets.ts'
import type { TicketsInHand } from './in-hand.ts'

export interface CloseOptions {
  drainMs: number
  /** How long BullMQ may take once there is nothing left to wait for. */
  closeMs: number
  inHand: TicketsInHand
  clock: Clock
  emit: Emit<WorkerEvents>
  log: Logger
}

export async function closeTickets(
  tickets: OpenTickets,
  { drainMs, closeMs, inHand, clock, emit, log }: CloseOptions,
): Promise<void> {
  emit('worker:draining', { drainMs })
  const timers = [clock.after(drainMs, handBack)]
  let giveUp = () => {}
  const limit = new Promise<'late'>((resolve) => {
    giveUp = () => resolve('late')
  })
  function handBack(): void {
    emit('worker:handing-back', { jobs: inHand.count() })
    tickets.handBack()
    timers.push(clock.after(closeMs, giveUp))
  }

  /** A ticket may have been on its way to us when the end came: it has the drain time, too. */
  function giveUpWhenIdle(): void {
    const look = () => (inHand.isEmpty() ? giveUp() : giveUpWhenIdle())
    void inHand.whenEmpty().then(() => timers.push(clock.after(closeMs, look)))
  }

  giveUpWhenIdle()
  try {
    // keeps the locks of what is still running until it has ended; then it waits for the last word of each of its
    // connections, which one that is just being made again never says
    if ((await Promise.race([tickets.close(), limit])) !== 'late') return
    log.warn('queues not closed in time: left as they are')
  } finally {
    for (const callOff of timers) callOff()
  }
}
