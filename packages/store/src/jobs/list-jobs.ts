/** Listing jobs, newest first, page by page. */
import { isTerminal, type Snapshot } from '@safelight/shared'
import type { JobStore, ListQuery } from '../job-store.ts'
import {
  decodeCursor,
  encodeCursor,
  newestFirst,
  type Place,
  SCAN_AT_MOST,
  type Stretch,
} from '../newest-first.ts'
import { ask } from '../redis-unavailable.ts'
import { OWNER, type StoreContext } from './context.ts'
import { readRecord } from './record.ts'

export function createList(context: StoreContext): JobStore['list'] {
  const all = createPage(context, context.keys.index(OWNER))
  const open = createPage(context, context.keys.open)
  return (query) => (asksForOpen(query) ? open(query) : all(query))
}

/** Jobs that have not ended are few and have a list of their own. */
function asksForOpen({ status }: ListQuery): boolean {
  return status !== undefined && status.length > 0 && !status.some(isTerminal)
}

/** @param zset jobIds by a time in ms */
export function createPage(context: StoreContext, zset: string): JobStore['list'] {
  return async (query) => {
    const start = query.cursor === undefined ? null : decodeCursor(query.cursor)
    const jobs: Snapshot[] = []
    const expired: string[] = []
    let last: Place | null = null
    let scanned = 0
    try {
      for await (const { entry, snapshot } of withRecords(context, zset, { start })) {
        if (jobs.length === query.limit || scanned === SCAN_AT_MOST) {
          // there is more: this entry opens the next page
          return { jobs, nextCursor: last && encodeCursor(last) }
        }
        scanned += 1
        last = entry
        if (!snapshot) expired.push(entry.id)
        // a worker ends it, or a newer one reads it: then it is listed
        else if (snapshot !== 'unreadable' && matches(snapshot, query)) jobs.push(snapshot)
      }
      return { jobs, nextCursor: null }
    } finally {
      await forget(context, zset, expired)
    }
  }
}

function matches(snapshot: Snapshot, { status, owner }: ListQuery): boolean {
  if (owner !== undefined && snapshot.owner !== owner) return false
  return status === undefined || status.length === 0 || status.includes(snapshot.status)
}

/** Every index entry of a stretch with its record: null when it has expired. */
async function* withRecords({ redis, keys }: StoreContext, zset: string, stretch: Stretch) {
  for await (const entries of newestFirst(redis, zset, stretch)) {
    const records = await Promise.all(
      entries.map((entry) => ask(redis.hmget(keys.job(entry.id), 'v', 'snapshot'))),
    )
    for (const [at, entry] of entries.entries()) {
      yield { entry, snapshot: readRecord(records[at] ?? []) }
    }
  }
}

/** Only once the page is read: removing while reading would shift what is still to be read. */
async function forget({ redis }: StoreContext, zset: string, jobIds: string[]): Promise<void> {
  if (jobIds.length > 0) await ask(redis.zrem(zset, ...jobIds))
}
