/** Jobs that have not ended and are nowhere: back into the backlog, or to the host where their prompt is. */
import { isTerminal, type JobError } from '@safelight/shared'
import { ask } from '../redis-unavailable.ts'
import { hostOf, readBegun } from './begun.ts'
import type { OldQueue } from './old-queue.ts'
import type { ReconcilerDeps } from './reconciler.ts'

const PAGE = 500
/** The one that ends the job. */
const MAX_STRAYS = 3

const LOST: JobError = { code: 'internal', message: 'Something went wrong on our side.' }
const LOST_END = {
  type: 'status',
  status: 'failed',
  phase: null,
  error: LOST,
  deadLetter: true,
} as const

/** @returns how many were nowhere */
export async function reconcileJobs(deps: ReconcilerDeps, oldQueue: OldQueue): Promise<number> {
  const { redis, keys, backlog } = deps
  let strays = 0
  for (let from = 0; ; from += PAGE) {
    const jobIds = await ask(redis.zrange(keys.open, String(from), String(from + PAGE - 1)))
    if (jobIds.length === 0) return strays
    const where = await backlog.locate(jobIds)
    for (const [at, jobId] of jobIds.entries()) {
      if (where[at]?.place !== 'nowhere') continue
      try {
        if (await bringHome(deps, oldQueue, jobId)) strays += 1
      } catch (error) {
        deps.log.warn({ err: error, jobId }, 'a job that is nowhere could not be brought back')
      }
    }
    if (jobIds.length < PAGE) return strays
  }
}

async function bringHome(
  deps: ReconcilerDeps,
  oldQueue: OldQueue,
  jobId: string,
): Promise<boolean> {
  const { redis, keys, store, backlog, tickets, log } = deps
  if ((await ask(redis.hexists(keys.job(jobId), 'pool'))) === 0)
    return (await oldQueue.moveJob(jobId)) === 'moved'
  const { snapshot, attempt } = await readBegun(deps, jobId)
  if (!snapshot || (snapshot !== 'unread' && isTerminal(snapshot.status))) {
    // its record has gone, or an older version left it on the list
    await ask(redis.zrem(keys.open, jobId))
    return false
  }
  const hostId = hostOf(snapshot, attempt)
  const restored = await backlog.restore({
    jobId,
    first: null,
    hostId,
    until: null,
    maxStrays: MAX_STRAYS,
  })
  if (restored.outcome === 'lost') {
    log.error({ jobId }, 'a job was lost too often')
    await store.append(jobId, () => LOST_END)
  }
  if (restored.outcome === 'dispatched' && hostId)
    await tickets.addToHost(hostId, 'execute', restored)
  return restored.outcome !== 'elsewhere'
}
