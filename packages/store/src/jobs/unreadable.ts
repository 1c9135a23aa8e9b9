/**
 * Jobs whose record cannot be read: damaged, or written by a newer Safelight that is not there any more. They end, too,
 * as dead letters: what the record still says of itself (which event was the last) is enough to write one more.
 */
import { z } from 'zod'
import { DEFAULT_OWNER, type JobError, type Snapshot } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import { OWNER, type StoreContext } from './context.ts'
import { firstSnapshot } from './first-snapshot.ts'
import { PLAIN_RECORD_VERSION } from './record.ts'
import { createWrite } from './write-events.ts'

/**
 * KEYS 1 record (HASH)
 * ARGV none
 * Returns for how many ms the record has been as it is since somebody first noted that it cannot be read; 0 when it is gone.
 * Channels: none.
 */
const NOTE_UNREAD: Script = {
  name: 'safelightNoteUnread',
  lua: `
local stored = redis.call('HMGET', KEYS[1], 'stamp', 'unread', 'unreadAt')
if not stored[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- another event since then: somebody can read it
if stored[1] == stored[2] then return now - stored[3] end
redis.call('HSET', KEYS[1], 'unread', stored[1], 'unreadAt', string.format('%.0f', now))
return 0
`,
}

export function createUnreadable(
  context: StoreContext,
): Pick<JobStore, 'noteUnread' | 'endUnreadable'> {
  const { redis, keys } = context
  const noteUnread = bindScript(redis, NOTE_UNREAD)
  const write = createWrite(context)

  /** What is left of it: its numbers, and when it was accepted. */
  async function salvage(jobId: string): Promise<Snapshot | null> {
    const [[seq, stamp], at] = await Promise.all([
      ask(redis.hmget(keys.job(jobId), 'seq', 'stamp')),
      ask(redis.zscore(keys.index(OWNER), jobId)),
    ])
    if (seq == null || stamp == null) return null
    const createdAt = at === null ? await context.now() : Number(at)
    const first = firstSnapshot(
      { jobId, owner: DEFAULT_OWNER, pool: null, priority: 0, metadata: null },
      { ...context, createdAt },
    )
    return { ...first, seq: Number(seq), stamp }
  }

  return {
    async noteUnread(jobId) {
      return z.int().parse(await noteUnread([keys.job(jobId)], []))
    },
    async endUnreadable(jobId, error: JobError) {
      const left = await salvage(jobId)
      if (!left) return 'gone'
      const body = {
        type: 'status',
        status: 'failed',
        phase: null,
        error,
        deadLetter: true,
      } as const
      const result = await write(left, [body], {})
      if (!('outcome' in result)) return 'changed'
      if (result.outcome !== 'appended') return 'gone'
      await ask(redis.hset(keys.job(jobId), 'v', PLAIN_RECORD_VERSION))
      return 'ended'
    },
  }
}
