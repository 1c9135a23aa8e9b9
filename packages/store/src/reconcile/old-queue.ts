/**
 * The queue of versions before the backlog, read once and moved.
 *
 * They had one BullMQ queue, `jobs`, with a ticket for each job that had not ended, in the order of priorities; an
 * outbox of accepted jobs that might not be on it yet; and leases of the slots of hosts. Today's intake has another
 * name, so that no worker takes a ticket of the other kind: an old one would start a job that still waits in the
 * backlog, and to a new one an old ticket says nothing of where its prompt is.
 *
 * A ticket that a worker of such a version holds, and whose lock it keeps, stays with it: its job is moved when it is
 * put back or its lock has run out. A job that an API of such a version has just accepted stays with that, too. Removing the ticket and giving the job a place are two steps; who dies in between
 * leaves a job that is nowhere, and the next look moves it.
 */
import { DEFAULT_OWNER, isTerminal, type Snapshot, type Workflow } from '@safelight/shared'
import { Queue } from 'bullmq'
import { NO_NEEDS } from '../backlog/needs.ts'
import type { FirstPlace } from '../backlog/whereabouts.ts'
import { noteDeadline } from '../deadlines.ts'
import { toBand } from '../jobs/first-snapshot.ts'
import { ask } from '../redis-unavailable.ts'
import { hostOf, readBegun } from './begun.ts'
import { toStoreTimings } from '../timings.ts'
import type { ReconcilerDeps } from './reconciler.ts'

const NAME = 'jobs'
const PAGE = 500
/** BullMQ's score of a delayed ticket: when it is due in ms, and a number among those of that ms. */
const DELAY_SCALE = 0x1000
/** What a job costs of which nobody can say. */
const UNKNOWN_COST = 10_000

/** What a job costs and needs, which those versions did not ask. */
export type Appraise = (
  owner: string,
  workflow: Workflow,
) => Promise<Pick<FirstPlace, 'cost' | 'weight' | 'needs'>>

export interface OldQueue {
  /** Moves all of it. @returns whether nothing is left */
  move(): Promise<boolean>
  /** One job that never had a place. */
  moveJob(jobId: string): Promise<'moved' | 'in_hand' | 'ended'>
}

export function createOldQueue(deps: ReconcilerDeps): OldQueue {
  const { redis, keys, store, backlog, tickets, log } = deps
  const { oldAcceptMs } = toStoreTimings(deps.timings)
  const keyOf = (name: string) => `${keys.bullPrefix}:${NAME}:${name}`
  const outbox = `${keys.prefix}outbox`

  /** Nothing of it is written by opening it. */
  async function withQueue<T>(act: (queue: Queue) => Promise<T>): Promise<T> {
    const queue = new Queue(NAME, {
      connection: redis,
      prefix: keys.bullPrefix,
      skipMetasUpdate: true,
    })
    queue.on('error', () => undefined)
    try {
      return await act(queue)
    } finally {
      await queue.close()
    }
  }

  async function take(queue: Queue, jobId: string): Promise<'moved' | 'in_hand' | 'ended'> {
    const due = await ask(redis.zscore(keyOf('delayed'), jobId))
    const acceptedAt = await ask(redis.zscore(outbox, jobId))
    // its ticket may be about to come
    if (acceptedAt && (await store.now()) - Number(acceptedAt) < oldAcceptMs) return 'in_hand'
    // refused while a worker keeps its lock
    if ((await ask(queue.remove(jobId))) !== 1) return 'in_hand'
    const { snapshot, attempt } = await readBegun(deps, jobId)
    if (!snapshot || (snapshot !== 'unread' && isTerminal(snapshot.status))) {
      await ask(redis.zrem(keys.open, jobId))
      return 'ended'
    }
    if (snapshot !== 'unread') await noteDeadline(deps, snapshot)
    const hostId = hostOf(snapshot, attempt)
    const restored = await backlog.restore({
      jobId,
      first: await appraise(jobId, snapshot),
      hostId,
      until: due === null ? null : Math.floor(Number(due) / DELAY_SCALE),
      maxStrays: 1,
    })
    if (restored.outcome === 'dispatched' && hostId)
      await tickets.addToHost(hostId, 'execute', restored)
    return restored.outcome === 'elsewhere' ? 'ended' : 'moved'
  }

  /** One that cannot be moved must not hold up the others. */
  async function tryToTake(queue: Queue, jobId: string) {
    try {
      return await take(queue, jobId)
    } catch (error) {
      log.warn({ err: error, jobId }, 'a job of an older version could not be moved yet')
      return 'in_hand'
    }
  }

  async function appraise(jobId: string, snapshot: Snapshot | 'unread'): Promise<FirstPlace> {
    // whoever takes the ticket of one that cannot be read ends it
    const unknown = { cost: UNKNOWN_COST, weight: 1, needs: NO_NEEDS }
    if (snapshot === 'unread')
      return { pool: null, owner: DEFAULT_OWNER, band: toBand(0), ...unknown }
    const { pool, owner, priority } = snapshot
    const place = { pool, owner, band: toBand(priority) }
    try {
      const workflow = await store.loadWorkflow(jobId)
      if (!workflow || !deps.appraise) return { ...place, ...unknown }
      return { ...place, ...(await deps.appraise(owner, workflow)) }
    } catch (error) {
      log.debug({ err: error, jobId }, 'nobody can say what the job costs')
      return { ...place, ...unknown }
    }
  }

  /** Oldest first: within a priority they stay in their order. */
  async function withoutPlace(): Promise<string[]> {
    const found: string[] = []
    for (let from = 0; ; from += PAGE) {
      const jobIds = await ask(redis.zrange(keys.open, String(from), String(from + PAGE - 1)))
      const where = await backlog.locate(jobIds)
      for (const [at, jobId] of jobIds.entries()) {
        if (where[at]?.place !== 'nowhere') continue
        if ((await ask(redis.hexists(keys.job(jobId), 'pool'))) === 0) found.push(jobId)
      }
      if (jobIds.length < PAGE) return found
    }
  }

  /** Tickets of jobs that have ended, outbox, leases. */
  async function clear(queue: Queue): Promise<void> {
    for (const jobId of await ask(redis.lrange(keyOf('active'), 0, -1)))
      await ask(queue.remove(jobId))
    await ask(queue.obliterate())
    const leases: string[] = []
    let cursor = '0'
    do {
      const [next, found] = await ask(
        redis.scan(cursor, 'MATCH', `${keys.prefix}slots:*`, 'COUNT', 1_000),
      )
      leases.push(...found)
      cursor = next
    } while (cursor !== '0')
    await ask(redis.del(outbox, ...leases))
  }

  return {
    async move() {
      if ((await ask(redis.exists(keyOf('meta'), outbox))) === 0) return true
      return withQueue(async (queue) => {
        const count = { moved: 0, in_hand: 0, ended: 0 }
        for (const jobId of await withoutPlace()) count[await tryToTake(queue, jobId)] += 1
        const { moved, in_hand: inHand } = count
        if (inHand === 0) await clear(queue)
        if (inHand === 0 || moved > 0)
          log.info({ moved, inHand }, 'moved the queue of an older version')
        return inHand === 0
      })
    },
    moveJob: (jobId) => withQueue((queue) => take(queue, jobId)),
  }
}
