/** A job on its way into the store: its first snapshot, and what the scripts that store it are given. */
import { type JobLimits, type Snapshot, stringifyExact } from '@safelight/shared'
import type { NewJob } from '../job-store.ts'
import type { ScriptArgument } from '../bind-script.ts'
import { newEventId, OWNER, type StoreContext } from './context.ts'
import { RECORD_VERSION } from './record.ts'

const NO_LIMITS: JobLimits = { startBy: null, timeoutMs: null, nodeRetries: 0 }

export function firstSnapshot(
  job: Pick<NewJob, 'jobId' | 'priority' | 'metadata' | 'limits'>,
  { createdAt, retentionMs }: Pick<StoreContext, 'retentionMs'> & { createdAt: number },
): Snapshot {
  return {
    jobId: job.jobId,
    seq: 0,
    stamp: newEventId(),
    status: 'queued',
    phase: null,
    attempt: 0,
    hostId: null,
    progress: null,
    nodes: {},
    outputs: [],
    error: null,
    warnings: [],
    times: { queue: null, prepare: null, execute: null, collect: null },
    priority: job.priority,
    metadata: job.metadata,
    limits: job.limits ?? NO_LIMITS,
    deadLetter: false,
    replayOf: null,
    replayedBy: null,
    createdAt,
    updatedAt: null,
    startedAt: null,
    completedAt: null,
    // a first guess; the end of the job sets the real one
    expiresAt: createdAt + retentionMs,
  }
}

/**
 * The writes of an accepted job, for every script that makes one. They begin with one that a full
 * Redis refuses, so that nothing is half done.
 *
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 index (ZSET) · 4 outbox (ZSET) · 5 open jobs (ZSET)
 *      6 secrets (STRING) · 7 bytes of the workflows of open jobs (STRING)
 * ARGV 1 jobId · 2 snapshot JSON · 3 workflow JSON · 4 ms accepted · 5 eventId (field `stamp`) · 6 prefix of record keys
 *      7 extra_data JSON, sealed if there is a key ('' for none) · 8 ms extra_data is kept
 */
export const STORE_JOB = `
redis.call('HSET', KEYS[1], 'v', '${RECORD_VERSION}', 'snapshot', ARGV[2], 'seq', '0', 'stamp', ARGV[5], 'fence', '0')
redis.call('SET', KEYS[2], ARGV[3])
if ARGV[7] ~= '' then redis.call('SET', KEYS[6], ARGV[7], 'PX', ARGV[8]) end
redis.call('INCRBY', KEYS[7], redis.call('STRLEN', KEYS[2]))
for i = 3, 5 do redis.call('ZADD', KEYS[i], ARGV[4], ARGV[1]) end
-- two looks per new entry keep expired jobs from ever being the larger part of the index
for _, known in ipairs(redis.call('ZRANDMEMBER', KEYS[3], 2)) do
  if redis.call('EXISTS', ARGV[6] .. known) == 0 then redis.call('ZREM', KEYS[3], known) end
end
`

/** KEYS 1 to 7 and ARGV 1 to 8 of `STORE_JOB`. */
export function storeJobArguments(
  { keys, secrets, timings }: Pick<StoreContext, 'keys' | 'secrets' | 'timings'>,
  snapshot: Snapshot,
  { workflow, extraData }: { workflow: NewJob['workflow']; extraData?: NewJob['extraData'] },
): { keys: string[]; argv: ScriptArgument[] } {
  const { jobId, stamp: eventId, createdAt } = snapshot
  return {
    keys: [
      keys.job(jobId),
      keys.workflow(jobId),
      keys.index(OWNER),
      keys.outbox,
      keys.open,
      keys.secrets(jobId),
      keys.openBytes,
    ],
    argv: [
      jobId,
      JSON.stringify(snapshot),
      typeof workflow === 'string' ? workflow : JSON.stringify(workflow),
      createdAt,
      eventId,
      keys.job(''),
      extraData ? secrets.seal(jobId, stringifyExact(extraData)) : '',
      timings.secretsMs,
    ],
  }
}
