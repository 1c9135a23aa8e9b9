/** Listing jobs, newest first, page by page. */
import { z } from 'zod'
import { isTerminal, type Snapshot } from '@safelight/shared'
import type { JobStore, ListQuery } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import { OWNER, type StoreContext } from './context.ts'
import { readRecord } from './record.ts'

const BATCH = 100
/** A rare status far back must not turn one request into a walk over all jobs: the page ends, with a cursor. */
const SCAN_AT_MOST = 1_000

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
    let last: Cursor | null = null
    let scanned = 0
    try {
      for await (const { entry, snapshot } of newestFirst(context, zset, start)) {
        if (jobs.length === query.limit || scanned === SCAN_AT_MOST) {
          // there is more: this entry opens the next page
          return { jobs, nextCursor: last && encodeCursor(last) }
        }
        scanned += 1
        last = entry
        if (!snapshot) expired.push(entry.jobId)
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

/** Every index entry after the cursor, with its record: null when it has expired. */
async function* newestFirst({ redis, keys }: StoreContext, zset: string, start: Cursor | null) {
  const from = start ? String(start.createdAt) : '+inf'
  for (let offset = 0; ; offset += BATCH) {
    const range = await ask(
      redis.zrevrangebyscore(zset, from, '-inf', 'WITHSCORES', 'LIMIT', offset, BATCH),
    )
    const entries = toEntries(range)
    const wanted = entries.filter((entry) => !start || isAfter(entry, start))
    const records = await Promise.all(
      wanted.map((entry) => ask(redis.hmget(keys.job(entry.jobId), 'v', 'snapshot'))),
    )
    for (const [at, entry] of wanted.entries()) {
      yield { entry, snapshot: readRecord(records[at] ?? []) }
    }
    if (entries.length < BATCH) return
  }
}

function toEntries(range: string[]): Cursor[] {
  const entries: Cursor[] = []
  for (let at = 0; at + 1 < range.length; at += 2) {
    entries.push({ jobId: range[at] ?? '', createdAt: Number(range[at + 1]) })
  }
  return entries
}

/** Jobs of the same millisecond are ordered by their id, as Redis orders them, downwards. */
function isAfter(entry: Cursor, cursor: Cursor): boolean {
  if (entry.createdAt !== cursor.createdAt) return entry.createdAt < cursor.createdAt
  return entry.jobId < cursor.jobId
}

/** Only once the page is read: removing while reading would shift what is still to be read. */
async function forget({ redis }: StoreContext, zset: string, jobIds: string[]): Promise<void> {
  if (jobIds.length > 0) await ask(redis.zrem(zset, ...jobIds))
}

/** Where the last page ended; opaque to the client. */
interface Cursor {
  createdAt: number
  jobId: string
}

const cursorSchema = z.tuple([z.number(), z.string()])

/** The cursor is not one of ours: the client's mistake. */
export class InvalidCursor extends Error {
  readonly code = 'invalid_cursor'

  constructor() {
    super('the cursor is not one that a previous page gave')
    this.name = 'InvalidCursor'
  }
}

function encodeCursor({ createdAt, jobId }: Cursor): string {
  return Buffer.from(JSON.stringify([createdAt, jobId])).toString('base64url')
}

function decodeCursor(cursor: string): Cursor {
  try {
    const json: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const [createdAt, jobId] = cursorSchema.parse(json)
    return { createdAt, jobId }
  } catch {
    throw new InvalidCursor()
  }
}
