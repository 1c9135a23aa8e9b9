/** Jobs that have not ended and are nowhere: back into the backlog, or to the host where their prompt is. */
import { DEFAULT_OWNER, isTerminal, type JobError } from '@safelight/shared'
import { NO_NEEDS } from '../backlog/needs.ts'
import { parseAttempt } from '../jobs/claim-job.ts'
import { toBand } from '../jobs/first-snapshot.ts'
import { isUnreadable } from '../jobs/record.ts'
import { ask } from '../redis-unavailable.ts'
import type { ReconcilerDeps } from './reconciler.ts'

const PAGE = 500
/** The one that ends the job. */
const MAX_STRAYS = 3
/** Of a job that an older version accepted: what it costs was not asked. */
const UNKNOWN_COST = 10_000

const UNREAD = { pool: null, owner: DEFAULT_OWNER, priority: 0, status: 'queued' } as const

const LOST: JobError = { code: 'internal', message: 'Something went wrong on our side.' }

/** @returns how many were nowhere */
export async function reconcileJobs(deps: ReconcilerDeps): Promise<number> {
  const { redis, keys, backlog } = deps
  let strays = 0
  for (let from = 0; ; from += PAGE) {
    const jobIds = await ask(redis.zrange(keys.open, String(from), String(from + PAGE - 1)))
    if (jobIds.length === 0) return strays
    const where = await backlog.locate(jobIds)
    for (const [at, jobId] of jobIds.entries()) {
      if (where[at]?.place !== 'nowhere') continue
      try {
        if (await bringHome(deps, jobId)) strays += 1
      } catch (error) {
        deps.log.warn({ err: error, jobId }, 'a job that is nowhere could not be brought back')
      }
    }
    if (jobIds.length < PAGE) return strays
  }
}

async function bringHome(deps: ReconcilerDeps, jobId: string): Promise<boolean> {
  const { redis, keys, store, backlog, tickets, log } = deps
  const snapshot = await store.load(jobId).catch(orUnread)
  if (!snapshot || (snapshot !== 'unread' && isTerminal(snapshot.status))) {
    // its record has gone, or an older version left it on the list
    await ask(redis.zrem(keys.open, jobId))
    return false
  }
  const hadPlace = await ask(redis.hexists(keys.job(jobId), 'pool'))
  const strays = hadPlace ? await ask(redis.hincrby(keys.job(jobId), 'strays', 1)) : 0
  if (strays >= MAX_STRAYS) {
    log.error({ jobId }, 'a job was lost too often')
    const end = {
      type: 'status',
      status: 'failed',
      phase: null,
      error: LOST,
      deadLetter: true,
    } as const
    await store.append(jobId, () => end)
    return true
  }
  const attempt =
    snapshot === 'unread' ? null : parseAttempt(await ask(redis.hget(keys.job(jobId), 'run')))
  // whoever takes the ticket of one that cannot be read ends it
  const { pool, owner, priority, status } = snapshot === 'unread' ? UNREAD : snapshot
  const begun = status === 'running' || status === 'canceling'
  const first = { pool, owner, band: toBand(priority), cost: UNKNOWN_COST, needs: NO_NEEDS }
  const hostId = begun ? (attempt?.hostId ?? null) : null
  const restored = await backlog.restore({ jobId, first, hostId })
  if (restored.outcome === 'dispatched' && hostId) {
    await tickets.addToHost(hostId, 'execute', restored)
  }
  return restored.outcome !== 'gone'
}

function orUnread(error: unknown): 'unread' {
  if (isUnreadable(error)) return 'unread'
  throw error
}
