/** The dead letters: jobs that used up every attempt, kept until somebody replays or discards them. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { tellNobody } from '@safelight/runtime'
import type { JobLimits, Snapshot } from '@safelight/shared'
import { type JobStoreDeps, toStoreContext } from './create-job-store.ts'
import type { FailedAttempt, JobStore } from './job-store.ts'
import type { NewJob } from './jobs/new-job.ts'
import { bindScript, type Script } from './bind-script.ts'
import { ask } from './redis-unavailable.ts'
import { renewNeeds } from './backlog/needs.ts'
import { HOLDS } from './assets/holds.ts'
import { PLACES } from './backlog/places.ts'
import { parseAttempt } from './jobs/attempt-record.ts'
import { firstSnapshot, STORE_JOB, storeJobArguments } from './jobs/first-snapshot.ts'
import { createPage } from './jobs/list-jobs.ts'
import { createReads } from './jobs/read-job.ts'

/**
 * KEYS 1 to 7, ARGV 1 to 18 of the new job as of `STORE_JOB` · KEYS 8 dead letters (ZSET) · 9 record of the dead letter (HASH)
 * ARGV 19 jobId of the dead letter · 20 its snapshot JSON from now on · 21 ms until which the assets that it refers to are kept
 * Returns ['replayed']; ['repeated'] when this very job is there already; ['gone'] when the dead letter is not listed;
 *   ['missing_asset', id…] when assets that it refers to are not there any more: then it stays listed.
 * Channels: none (the dead letter has ended: nobody listens any more).
 */
const REPLAY: Script = {
  name: 'safelightReplay',
  lua: `${PLACES}${HOLDS}
if redis.call('EXISTS', KEYS[1]) == 1 then return {'repeated'} end
if not redis.call('ZSCORE', KEYS[8], ARGV[19]) or redis.call('EXISTS', KEYS[9]) == 0 then return {'gone'} end
local inputs = inputsOf(KEYS[9])
local missing = missingOf(inputs)
if #missing > 0 then return {'missing_asset', unpack(missing)} end
${STORE_JOB}
hold(KEYS[1], ARGV[2], inputs, ARGV[21])
redis.call('ZREM', KEYS[8], ARGV[19])
redis.call('HSET', KEYS[9], 'snapshot', ARGV[20])
return {'replayed'}
`,
}

/**
 * KEYS 1 dead letters (ZSET) · 2 record of the dead letter (HASH)
 * ARGV 1 its jobId · 2 its snapshot JSON from now on
 * Returns 1 when it was listed, else 0.
 * Channels: none.
 */
const DISCARD: Script = {
  name: 'safelightDiscard',
  lua: `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'snapshot', ARGV[2]) end
return 1
`,
}

export interface DeadLetter {
  snapshot: Snapshot
  /** ms since the epoch */
  failedAt: number
  /** What the workers noted of its attempts, oldest first. */
  failures: FailedAttempt[]
}

export type Replay =
  | { outcome: 'replayed'; snapshot: Snapshot }
  | { outcome: 'missing_asset'; assetIds: string[] }
  | { outcome: 'gone' }

export interface DeadLetterStore {
  /** The ones that failed last come first. */
  list(query: { limit: number; cursor?: string }): ReturnType<JobStore['list']>
  /** Null when it is not listed (any more). */
  load(jobId: string): Promise<DeadLetter | null>
  /**
   * Accepts the same job anew and takes the dead letter off the list, in one step. `gone`: it is not listed;
   * `missing_asset`: its workflow refers to assets that are there no longer, so it stays as it is.
   * @param newId of the new job
   */
  replay(jobId: string, newId?: string): Promise<Replay>
  /** Takes it off the list; the record stays for its time. False when it is not listed. */
  discard(jobId: string): Promise<boolean>
  /** How many are listed. */
  count(): Promise<number>
}

const replyOfReplay = z.union([
  z.tuple([z.enum(['replayed', 'repeated', 'gone'])]),
  z.tuple([z.literal('missing_asset')], z.string()),
])

export function createDeadLetterStore(deps: Omit<JobStoreDeps, 'emit'>): DeadLetterStore {
  const context = toStoreContext({ ...deps, emit: tellNobody })
  const { redis, keys, now } = context
  const { load: loadJob, loadWorkflowText } = createReads(context)
  const page = createPage(context, keys.deadLetters)
  const replay = bindScript(redis, REPLAY)
  const discard = bindScript(redis, DISCARD)

  async function load(jobId: string): Promise<DeadLetter | null> {
    const failedAt = await ask(redis.zscore(keys.deadLetters, jobId))
    const snapshot = failedAt === null ? null : await loadJob(jobId)
    if (!snapshot) return null
    const attempt = parseAttempt(await ask(redis.hget(keys.job(jobId), 'run')))
    return { snapshot, failedAt: Number(failedAt), failures: attempt?.failures ?? [] }
  }

  /** What it cost and needed when it was accepted; the hosts that failed it have another chance. */
  async function loadPlace(
    jobId: string,
  ): Promise<Pick<NewJob, 'cost' | 'guessed' | 'weight' | 'needs'>> {
    const fields = ['cost', 'guessed', 'weight', 'needs'] as const
    const [cost, guessed, weight, needs] = await ask(redis.hmget(keys.job(jobId), ...fields))
    return {
      cost: Number(cost ?? 1),
      guessed: guessed !== null,
      weight: Number(weight ?? 1),
      needs: renewNeeds(needs ?? null),
    }
  }

  return {
    list: (query) => page(query),
    load,
    async replay(jobId, newId = randomUUID()) {
      const letter = await load(jobId)
      const workflow = letter && (await loadWorkflowText(jobId))
      if (!workflow) return { outcome: 'gone' }
      const old = letter.snapshot
      const createdAt = await now()
      const again = { ...old, jobId: newId, limits: renew(old, createdAt) }
      const first = firstSnapshot(again, { ...context, createdAt })
      const snapshot: Snapshot = { ...first, replayOf: jobId }
      const stored = storeJobArguments(context, snapshot, { workflow, ...(await loadPlace(jobId)) })
      const replayed: Snapshot = { ...old, deadLetter: false, replayedBy: snapshot.jobId }
      const reply = await replay(
        [...stored.keys, keys.deadLetters, keys.job(jobId)],
        [
          ...stored.argv,
          jobId,
          JSON.stringify(replayed),
          Math.round(snapshot.expiresAt + context.timings.recordSlackMs),
        ],
      )
      const [outcome, ...assetIds] = replyOfReplay.parse(reply)
      if (outcome === 'missing_asset') return { outcome, assetIds }
      return outcome === 'gone' ? { outcome } : { outcome: 'replayed', snapshot }
    },
    count: () => ask(redis.zcard(keys.deadLetters)),
    async discard(jobId) {
      const snapshot = await loadJob(jobId)
      const json = snapshot ? JSON.stringify({ ...snapshot, deadLetter: false }) : ''
      // a record that has expired in between is not brought back: the script looks
      return (await discard([keys.deadLetters, keys.job(jobId)], [jobId, json])) === 1
    },
  }
}

/** The submitter gave the job a time to wait, not a date: it begins anew. */
function renew({ limits, createdAt }: Snapshot, now: number): JobLimits {
  const { startBy } = limits
  return { ...limits, startBy: startBy === null ? null : now + (startBy - createdAt) }
}
