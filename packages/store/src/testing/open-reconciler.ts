/** A reconciler for a test, with the ways to make records and queues disagree. */
import { systemClock, tellNobody } from '@safelight/runtime'
import { acceptJob, openTestStore, silent } from '@safelight/testkit/vitest'
import { Worker } from 'bullmq'
import { expect, onTestFinished } from 'vitest'
import { createBacklog } from '../backlog/backlog.ts'
import { createHostRegistry } from '../host-registry.ts'
import type { NewJob } from '../jobs/new-job.ts'
import { createOrphans } from '../orphans.ts'
import { createQueues } from '../queues/open-queues.ts'
import { createTickets, hostQueueOf } from '../queues/tickets.ts'
import { createReconciler } from '../reconcile/reconciler.ts'

export const RUNNING = {
  type: 'status',
  status: 'running',
  phase: 'executing',
  attempt: 1,
  hostId: 'gpu',
} as const

export async function openReconciler({ adoptWaitMs = 60_000, clock = systemClock } = {}) {
  const test = await openTestStore()
  const { redis, keys, store } = test
  const queues = createQueues(test)
  onTestFinished(() => queues.close())
  const backlog = createBacklog(test)
  const tickets = createTickets(queues)
  const orphans = createOrphans(test)
  const hosts = createHostRegistry(test)
  const deps = { redis, keys, store, backlog, tickets, hosts, orphans, log: silent }
  const reconciler = createReconciler({ ...deps, emit: tellNobody, adoptWaitMs, clock })
  const accept = (over: Partial<NewJob> = {}) => acceptJob(store, over)
  const dispatch = async (jobId: string, hostId = 'gpu') => {
    const order = { hostId, slots: 9, ownerLimit: null, overtaken: [] }
    expect(await backlog.dispatch({ ...order, jobId })).toMatchObject({ outcome: 'dispatched' })
  }
  /** As a worker holds it, until the test ends. */
  const holdTicket = async (hostId: string) => {
    const worker = new Worker(hostQueueOf(hostId, 'execute'), null, {
      connection: redis,
      prefix: keys.bullPrefix,
      autorun: false,
    })
    onTestFinished(() => worker.close())
    expect(await worker.getNextJob('a-worker')).toBeDefined()
  }
  return { ...deps, queues, reconciler, accept, dispatch, holdTicket }
}
