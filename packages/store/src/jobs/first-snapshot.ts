/** A job on its way into the store: its first snapshot, and what the scripts that store it are given. */
import { type JobLimits, PRIORITY_LIMIT, type Snapshot, stringifyExact } from '@safelight/shared'
import type { NewJob } from './new-job.ts'
import { toPool } from '../backlog/pools.ts'
import { isSkill } from '../backlog/needs.ts'
import type { ScriptArgument } from '../bind-script.ts'
import { newEventId, OWNER, type StoreContext } from './context.ts'
import { PLAIN_RECORD_VERSION, RECORD_VERSION } from './record.ts'

const NO_LIMITS: JobLimits = { startBy: null, timeoutMs: null, nodeRetries: 0 }

export function firstSnapshot(
  job: Pick<NewJob, 'jobId' | 'owner' | 'pool' | 'priority' | 'metadata' | 'limits'>,
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
    owner: job.owner,
    pool: job.pool,
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
 * The writes of an accepted job, its place in the backlog among them, for every script that makes one. They begin
 * with one that a full Redis refuses, so that nothing is half done.
 *
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 index (ZSET) · 4 open jobs (ZSET) · 5 secrets (STRING)
 *      6 bytes of the workflows of open jobs (STRING) · 7 deadlines (ZSET)
 * ARGV 1 prefix of all keys · 2 jobId · 3 snapshot JSON · 4 workflow JSON · 5 ms accepted · 6 eventId (field `stamp`)
 *      7 extra_data JSON, sealed if there is a key ('' for none) · 8 ms extra_data is kept
 *      9 pool · 10 owner · 11 band · 12 cost · 13 needs JSON · 14 ms by which it must have started ('' for none)
 *      15 weight of the owner · 16 version of the record · 17 '1' when the cost is a guess ('' when it is not)
 *      18 what it is a part of, a trace ('' for nothing)
 */
export const STORE_JOB = `
local fields = {'v', ARGV[16], 'snapshot', ARGV[3], 'seq', '0', 'stamp', ARGV[6], 'fence', '0'}
local function add(name, value) if value ~= '' then fields[#fields + 1] = name fields[#fields + 1] = value end end
add('guessed', ARGV[17])
add('trace', ARGV[18])
redis.call('HSET', KEYS[1], unpack(fields))
redis.call('SET', KEYS[2], ARGV[4])
if ARGV[7] ~= '' then redis.call('SET', KEYS[5], ARGV[7], 'PX', ARGV[8]) end
redis.call('INCRBY', KEYS[6], #ARGV[4])
for i = 3, 4 do redis.call('ZADD', KEYS[i], ARGV[5], ARGV[2]) end
if ARGV[14] ~= '' then redis.call('ZADD', KEYS[7], ARGV[14], ARGV[2]) end
place(ARGV[2], ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[15])
-- two looks per new entry keep expired jobs from ever being the larger part of the index
local looked, records = redis.call('ZRANDMEMBER', KEYS[3], 2), {}
for i, known in ipairs(looked) do records[i] = recordOf(known) end
if redis.call('EXISTS', unpack(records)) < #looked then
  for i, known in ipairs(looked) do
    if redis.call('EXISTS', records[i]) == 0 then redis.call('ZREM', KEYS[3], known) end
  end
end
`

/** KEYS 1 to 7 and ARGV 1 to 18 of `STORE_JOB`. */
export function storeJobArguments(
  { keys, secrets, timings }: Pick<StoreContext, 'keys' | 'secrets' | 'timings'>,
  snapshot: Snapshot,
  { workflow, extraData, cost, guessed, weight, needs, trace }: StoredBeside,
): { keys: string[]; argv: ScriptArgument[] } {
  const { jobId, stamp: eventId, createdAt, pool, owner, priority, limits } = snapshot
  return {
    keys: [
      keys.job(jobId),
      keys.workflow(jobId),
      keys.index(OWNER),
      keys.open,
      keys.secrets(jobId),
      keys.openBytes,
      keys.deadlines,
    ],
    argv: [
      keys.prefix,
      jobId,
      JSON.stringify(snapshot),
      typeof workflow === 'string' ? workflow : JSON.stringify(workflow),
      createdAt,
      eventId,
      extraData ? secrets.seal(jobId, stringifyExact(extraData)) : '',
      timings.secretsMs,
      toPool(pool),
      owner,
      toBand(priority),
      cost,
      JSON.stringify(needs),
      limits.startBy ?? '',
      weight,
      needs.classes.some(isSkill) ? RECORD_VERSION : PLAIN_RECORD_VERSION,
      guessed ? '1' : '',
      trace ?? '',
    ],
  }
}

type StoredBeside = Pick<
  NewJob,
  'workflow' | 'extraData' | 'cost' | 'guessed' | 'weight' | 'needs' | 'trace'
>

/** Ours: −1 000 000 to 1 000 000, higher sooner. A band: lower sooner, from 0. */
export function toBand(priority: number): number {
  return PRIORITY_LIMIT - Math.max(-PRIORITY_LIMIT, Math.min(PRIORITY_LIMIT, Math.round(priority)))
}
