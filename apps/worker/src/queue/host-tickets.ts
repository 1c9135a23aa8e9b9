/**
 * The tickets of one host: of its jobs, from the beginning until what they made is carried away, and of what others have
 * left to be carried away.
 */
import { setMaxListeners } from 'node:events'
import type { Clock, Emit, Logger, WorkerEvents } from '@safelight/runtime'
import {
  hostQueueOf,
  type HostStage,
  jobIdOfTicket,
  type JobsOnHost,
  type Keys,
  type OpenHand,
  type Queues,
} from '@safelight/store'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from '../timings.ts'
import { openTicketQueue, type TicketQueue, type TicketQueueOptions } from './ticket-queue.ts'

export interface OpenTickets {
  /**
   * Takes nothing more, and gives back what has not begun; resolves when what is in hand has left it, and what was made
   * of it is carried away.
   */
  close(): Promise<void>
  /** What is still in hand goes back. */
  handBack(): void
}

export interface HostTickets extends OpenTickets {
  /** The host has so many from now on. */
  setSlots(slots: number): void
  /** For the ticket of a job that is dispatched to the host now; null when it has to be put on the queue. */
  openHand(): OpenHand | null
  /** The ticket of this name has just been put on its queue. */
  expect(ticket: string): void
  /** What the host has, by the records: where that is not in our hands, a ticket may wait, or have lost its worker. */
  see(jobs: JobsOnHost): void
  /** Keeps the locks of what is in hand. */
  keep(): Promise<void>
  holds(): ReturnType<TicketQueue['holds']>[]
}

export interface HostTicketsOptions {
  redis: Redis
  keys: Keys
  queues: Queues
  hostId: string
  slots: number
  name: string
  /** @param leaving aborted when the host gets nothing new from here */
  work(stage: HostStage, leaving: AbortSignal): TicketQueueOptions['work']
  timings: Pick<WorkerTimings, 'lockMs' | 'hostTakeEveryMs' | 'lostTicketsEveryMs' | 'store'>
  clock: Clock
  emit: Emit<WorkerEvents>
  log: Logger
}

/**
 * Jobs beyond the slots whose outputs are carried away, mostly waiting for each other: with more than that the host makes
 * more than can be fetched from it, and waits.
 */
const COLLECTS_AT_ONCE = 64

export async function openHostTickets(options: HostTicketsOptions): Promise<HostTickets> {
  const { queues, hostId, slots, timings, clock, emit } = options
  // an earlier version had its slots guarded by the queue: dispatch does it
  await (await queues.get(hostQueueOf(hostId, 'execute'))).removeGlobalConcurrency()
  const leaving = new AbortController()
  // each job in hand listens
  setMaxListeners(0, leaving.signal)
  const open = (stage: HostStage, atOnce: number) =>
    openTicketQueue(hostQueueOf(hostId, stage), {
      ...options,
      atOnce,
      work: options.work(stage, leaving.signal),
      onLost: (ticket) =>
        emit('job:lost-its-worker', { jobId: jobIdOfTicket(ticket), hostId, stage, ticket }),
      log: options.log.child({ hostId, stage }),
    })
  const executes = await open('execute', slots + COLLECTS_AT_ONCE)
  /** Opened when there is something: mostly there is nothing, ever. */
  let collects: TicketQueue | null = null
  let looking: Promise<void> = Promise.resolve()
  let restMs = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  const all = () => (collects ? [executes, collects] : [executes])
  const isHeld = (jobId: string) => all().some((queue) => queue.has(jobId))

  async function look(isLeft: boolean): Promise<void> {
    await executes.look()
    if (!isLeft || leaving.signal.aborted) return
    collects ??= await open('collect', COLLECTS_AT_ONCE)
    await collects.look()
  }

  return {
    setSlots: (count) => executes.setAtOnce(count + COLLECTS_AT_ONCE),
    openHand: () => executes.openHand(),
    expect: (ticket) => executes.expect(ticket),
    see({ executing, collecting }) {
      const isLeft = !collecting.every(isHeld)
      const isAway = isLeft || !executing.every(isHeld)
      const passed = clock.steady() - lookedAt
      if (passed < (isAway ? timings.lostTicketsEveryMs : restMs)) return
      lookedAt = clock.steady()
      // not all hosts at once
      restMs = timings.hostTakeEveryMs * (0.5 + Math.random())
      looking = looking
        .then(() => look(isLeft))
        .catch((error: unknown) => options.log.debug({ err: error, hostId }, 'tickets not seen'))
    },
    holds: () => all().map((queue) => queue.holds()),
    async keep() {
      await Promise.all(all().map((queue) => queue.keep()))
    },
    async close() {
      leaving.abort()
      await looking
      await Promise.all(all().map((queue) => queue.close()))
    },
    handBack() {
      for (const queue of all()) queue.stopAll('shutdown')
    },
  }
}
