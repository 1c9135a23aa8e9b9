/**
 * Tickets. On the intake queue of a pool one says that jobs wait, and wakes a worker that has a free slot; which is next
 * the backlog says. One is enough, however many wait (docs/adr/0026).
 *
 * On the queue of a host, or on the one where what a host has made is collected, a ticket stands for the job itself: its
 * lock is the lease of the slot, and when its worker dies it comes back there, where the prompt is.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { ANY_POOL, toLabel, toPool } from '../backlog/pools.ts'
import type { JobOnHost } from '../backlog/whereabouts.ts'
import { ask } from '../redis-unavailable.ts'
import type { Queues } from './open-queues.ts'
import { shareNext } from './share-next.ts'

/** What a ticket says: which job. Everything else would go stale. */
export const ticketSchema = z.object({ jobId: z.string().min(1) })
export type Ticket = z.infer<typeof ticketSchema>

/** What a worker does for a job on a host: have it executed, then carry away what it made. */
export type HostStage = (typeof HOST_STAGES)[number]
export const HOST_STAGES = ['execute', 'collect'] as const

export interface WaitingJob {
  jobId: string
  pool: string | null
}

export interface TicketState {
  queue: string
  name: string
  /** As BullMQ has it: `waiting`, `active`, `delayed`, …; `unknown` for one that is not there. */
  state: string
}

export interface Tickets {
  /** An accepted job waits in the pool. */
  announce(job: WaitingJob): Promise<void>
  /** It waits once more: another ticket, whatever has become of the ones before. */
  announceAgain(job: WaitingJob): Promise<void>
  /** The job waits no longer: best effort, a ticket too many is spent on nothing. */
  withdraw(jobId: string, pool: string | null): Promise<void>
  /** Jobs wait in the pool: whoever has a slot is woken, unless somebody will be already. */
  wake(pool: string): Promise<void>
  /** Workers of the version before are there (or may be, until that is said): they dispatch one job for each ticket. */
  serveOlder(areThere: boolean): void
  /** Tickets of the pool that somebody has or will have. */
  count(pool: string): Promise<number>
  /** The job is to be worked on there. Adding it twice is harmless. @returns the name of its ticket */
  addToHost(hostId: string, stage: HostStage, job: JobOnHost): Promise<string>
  /** Takes its ticket off again, unless a worker holds it. @returns false then */
  removeFromHost(hostId: string, stage: HostStage, job: JobOnHost): Promise<boolean>
  /** Nothing is left of its queues. It has no job, and no worker takes tickets there. */
  forgetHost(hostId: string): Promise<void>
  /** Nothing is left of its queue. No job waits there, and no worker takes tickets. */
  forgetPool(pool: string): Promise<void>
  /** This process lets go of what it has opened for any other host or pool. */
  keepOnly(known: { hosts: ReadonlySet<string>; pools: ReadonlySet<string> }): Promise<void>
  /** Its ticket there: whether it waits or is in a hand. For who looks for a fault. */
  look(hostId: string, stage: HostStage, job: JobOnHost): Promise<TicketState>
  /** Which of these jobs have no ticket there. */
  missing(hostId: string, stage: HostStage, jobs: readonly JobOnHost[]): Promise<JobOnHost[]>
}

/** By this name there is never more than one. */
const WAKE = 'wake'

/** BullMQ's queue where the API announces jobs: one per pool. Not `jobs`: see reconcile/old-queue.ts. */
export function intakeQueueOf(pool: string): string {
  return pool === ANY_POOL ? 'intake' : `intake-${pool}`
}

/** No `:` in a queue's name, and no `+` in a host's. */
export function hostQueueOf(hostId: string, stage: HostStage): string {
  return `${stage === 'execute' ? 'host' : 'collect'}-${hostId.replaceAll(':', '+')}`
}

/** Of a host or a pool; the queue of an older version is neither. */
const IS_NAMED = /^(intake|host|collect)-/

/** Its last ticket may still be in somebody's hand: BullMQ would take the next one for the same. */
export function ticketNameOf({ jobId, times }: JobOnHost): string {
  return `${jobId}.${times}`
}

export function jobIdOfTicket(name: string): string {
  return name.slice(0, name.lastIndexOf('.'))
}

export function createTickets(queues: Queues): Tickets {
  const ticketOf = (jobId: string): Ticket => ({ jobId })
  let perJob = true
  async function addToIntake({ jobId, pool }: WaitingJob, name: string): Promise<void> {
    const queue = await queues.get(intakeQueueOf(toPool(pool)))
    // one that is left would stand in the way of the next of its name
    await ask(queue.add('job', ticketOf(jobId), { jobId: name, removeOnFail: true }))
  }
  async function obliterate(name: string): Promise<void> {
    const queue = await queues.get(name)
    // a ticket that somebody still holds is of no job; refused for it, the queue would stay paused
    await ask(queue.obliterate({ force: true }))
  }

  const wake = shareNext((pool) => addToIntake({ jobId: WAKE, pool: toLabel(pool) }, WAKE))
  return {
    announce: (job) => (perJob ? addToIntake(job, job.jobId) : wake(toPool(job.pool))),
    // by the same name it would be no new one while the last one is in somebody's hand, about to be spent
    announceAgain: (job) => addToIntake(job, `${job.jobId}.${randomUUID()}`),
    async withdraw(jobId, pool) {
      if (!perJob) return
      const queue = await queues.get(intakeQueueOf(toPool(pool)))
      await ask(queue.remove(jobId))
    },
    wake,
    serveOlder(areThere) {
      perJob = areThere
    },
    async count(pool) {
      const queue = await queues.get(intakeQueueOf(pool))
      const counts = await ask(queue.getJobCounts('wait', 'prioritized', 'active'))
      return Object.values(counts).reduce((sum, count) => sum + count, 0)
    },
    async addToHost(hostId, stage, job) {
      const queue = await queues.get(hostQueueOf(hostId, stage))
      await ask(queue.add('job', ticketOf(job.jobId), { jobId: ticketNameOf(job) }))
      return ticketNameOf(job)
    },
    async removeFromHost(hostId, stage, job) {
      const queue = await queues.get(hostQueueOf(hostId, stage))
      return (await ask(queue.remove(ticketNameOf(job)))) === 1
    },
    async forgetHost(hostId) {
      for (const stage of HOST_STAGES) await obliterate(hostQueueOf(hostId, stage))
    },
    forgetPool: (pool) => obliterate(intakeQueueOf(pool)),
    async keepOnly({ hosts, pools }) {
      const names = [...hosts].flatMap((id) => HOST_STAGES.map((stage) => hostQueueOf(id, stage)))
      const known = new Set([...names, ...[ANY_POOL, ...pools].map(intakeQueueOf)])
      await queues.release((name) => known.has(name) || !IS_NAMED.test(name))
    },
    async look(hostId, stage, job) {
      const queueName = hostQueueOf(hostId, stage)
      const name = ticketNameOf(job)
      const queue = await queues.get(queueName)
      return { queue: queueName, name, state: await ask(queue.getJobState(name)) }
    },
    async missing(hostId, stage, jobs) {
      const queue = await queues.get(hostQueueOf(hostId, stage))
      const states = await Promise.all(jobs.map((job) => ask(queue.getJobState(ticketNameOf(job)))))
      return jobs.filter((_, at) => states[at] === 'unknown' || states[at] === 'failed')
    },
  }
}
