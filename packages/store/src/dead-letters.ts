/** The dead letters: jobs that used up every attempt, kept until somebody replays or discards them. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { JobLimits, Snapshot } from '@safelight/shared'
import { type JobStoreDeps, toStoreContext } from './create-job-store.ts'
import type { FailedAttempt, JobStore } from './job-store.ts'
import { bindScript } from './lua/bind-script.ts'
import { DISCARD, REPLAY } from './lua/dead-letters.ts'
import { ask } from './redis-unavailable.ts'
import { parseRun } from './jobs/claim-job.ts'
import { firstSnapshot, storeJobArguments } from './jobs/first-snapshot.ts'
import { createPage } from './jobs/list-jobs.ts'
import { createReads } from './jobs/read-job.ts'

export interface DeadLetter {
  snapshot: Snapshot
  /** ms since the epoch */
  failedAt: number
  /** What the workers noted of its attempts, oldest first. */
  failures: FailedAttempt[]
}

export interface DeadLetters {
  /** The ones that failed last come first. */
  list(query: { limit: number; cursor?: string }): ReturnType<JobStore['list']>
  /** Null when it is not listed (any more). */
  load(jobId: string): Promise<DeadLetter | null>
  /** Accepts the same job anew and takes the dead letter off the list, in one step. Null when it is not listed. */
  replay(jobId: string): Promise<Snapshot | null>
  /** Takes it off the list; the record stays for its time. False when it is not listed. */
  discard(jobId: string): Promise<boolean>
}

const replyOfReplay = z.tuple([z.enum(['replayed', 'repeated', 'gone'])])

export function createDeadLetters(deps: JobStoreDeps): DeadLetters {
  const context = toStoreContext(deps)
  const { redis, keys, now } = context
  const { load: loadJob, loadWorkflow } = createReads(context)
  const page = createPage(context, keys.deadLetters)
  const replay = bindScript(redis, REPLAY)
  const discard = bindScript(redis, DISCARD)

  async function load(jobId: string): Promise<DeadLetter | null> {
    const failedAt = await ask(redis.zscore(keys.deadLetters, jobId))
    const snapshot = failedAt === null ? null : await loadJob(jobId)
    if (!snapshot) return null
    const run = parseRun(await ask(redis.hget(keys.job(jobId), 'run')))
    return { snapshot, failedAt: Number(failedAt), failures: run?.failures ?? [] }
  }

  return {
    list: (query) => page(query),
    load,
    async replay(jobId) {
      const letter = await load(jobId)
      const workflow = letter && (await loadWorkflow(jobId))
      if (!workflow) return null
      const old = letter.snapshot
      const again = { ...old, jobId: randomUUID(), limits: renew(old, now()) }
      const snapshot: Snapshot = { ...firstSnapshot(again, context), replayOf: jobId }
      const stored = storeJobArguments(context, snapshot, { workflow })
      const replayed: Snapshot = { ...old, deadLetter: false, replayedBy: snapshot.jobId }
      const reply = await replay(
        [...stored.keys, keys.deadLetters, keys.job(jobId)],
        [...stored.argv, jobId, JSON.stringify(replayed)],
      )
      return replyOfReplay.parse(reply)[0] === 'gone' ? null : snapshot
    },
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
