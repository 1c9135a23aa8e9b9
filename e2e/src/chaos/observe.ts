/** Reads the truth about all jobs from the store: while it runs for the count, at the end for the verdict. */
import { tellNobody } from '@safelight/runtime'
import type { Logger } from '@safelight/runtime'
import type { Output } from '@safelight/shared'
import {
  closeRedis,
  createBacklog,
  createJobStore,
  createKeys,
  createRedis,
  createStandings,
} from '@safelight/store'
import { until } from '@safelight/testkit'
import type { FinalState } from '../testing/follower.ts'
import type { JobFacts } from './accounts.ts'
import type { Outcome } from './ends.ts'
import type { JobHistory } from './recovery.ts'

export interface Observer {
  /** Accepted jobs that had ended at the last look. */
  ended(): number
  /** How many of these had not. */
  unfinished(jobIds: readonly string[]): number
  /** Resolves when all have ended, those too whose answer was lost, or the time is over. */
  untilAllEnded(withinMs: number): Promise<void>
  readAll(): Promise<{
    records: Map<string, FinalState>
    histories: JobHistory[]
    outcomes: Outcome[]
    jobs: JobFacts[]
    /** Of ended jobs. */
    outputs: Output[]
  }>
  close(): Promise<void>
}

export interface ObserverOptions {
  redisUrl: string
  namespace: string
  accepted: () => readonly string[]
  log: Logger
}

const LOOK_MS = 1_000
const PAGE = 100

export function createObserver(options: ObserverOptions): Observer {
  const { accepted, log } = options
  const redis = createRedis(options.redisUrl, 'worker', { emit: tellNobody })
  const keys = createKeys(options.namespace)
  const store = createJobStore({ redis, emit: tellNobody, keys })
  const readStanding = createStandings({ redis, keys, backlog: createBacklog({ redis, keys }) })
  const over = new Set<string>()
  let looking: Promise<unknown> | null = null

  /** In one question, however many there are; the verdict reads each record. @returns how many are open, whoever was told of them */
  async function look(): Promise<number> {
    const known = accepted().filter((jobId) => !over.has(jobId))
    const open = new Set(await redis.zrange(keys.open, '0', '-1'))
    for (const jobId of known) if (!open.has(jobId)) over.add(jobId)
    return open.size
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.debug({ err: error }, 'look failed'))
      .finally(() => {
        looking = null
      })
  }, LOOK_MS)

  async function listIds(): Promise<string[]> {
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const page = await store.list({ limit: PAGE, ...(cursor ? { cursor } : {}) })
      ids.push(...page.jobs.map(({ jobId }) => jobId))
      cursor = page.nextCursor
    } while (cursor)
    return ids
  }

  return {
    ended: () => over.size,
    unfinished: (jobIds) => jobIds.filter((jobId) => !over.has(jobId)).length,
    async untilAllEnded(withinMs) {
      await until(
        async () => {
          const open = await look()
          return open === 0 && over.size === accepted().length
        },
        { what: 'all jobs ended', withinMs, everyMs: 500 },
      ).catch(() => undefined)
    },
    async readAll() {
      const records = new Map<string, FinalState>()
      const histories: JobHistory[] = []
      const outcomes: Outcome[] = []
      const kept: Output[] = []
      const jobs: JobFacts[] = []
      for (const jobId of await listIds()) {
        const snapshot = await store.load(jobId)
        if (!snapshot) continue
        const { status, seq, outputs, error, priority } = snapshot
        const assets = outputs.map(({ id }) => id).toSorted()
        const errorCode = error?.code ?? null
        records.set(jobId, { status, seq, outputs: assets, errorCode })
        kept.push(...outputs)
        const { events } = await store.eventsAfter(jobId, 0)
        histories.push({ jobId, events })
        const { attempt, dispatches } = await readStanding(jobId, snapshot.owner)
        const { createdAt, completedAt, deadLetter } = snapshot
        const ended = { jobId, status, errorCode, createdAt, completedAt, deadLetter }
        const takenBack = attempt?.takenBack ?? 0
        jobs.push({
          ...ended,
          dispatches,
          events,
          attempt: attempt?.attempt ?? 0,
          takenBack,
          begun: (attempt?.attempt ?? 0) + takenBack,
          failures: (attempt?.failures ?? []).map(({ at = 0, ...one }) => ({ ...one, at })),
        })
        const workflow = await store.loadWorkflow(jobId)
        if (!workflow) throw new Error(`the workflow of ${jobId} is gone`)
        const files = outputs.map(({ name }) => name)
        outcomes.push({ jobId, status, errorCode, files, priority, workflow })
      }
      return { records, histories, outcomes, jobs, outputs: kept }
    },
    async close() {
      clearInterval(timer)
      await looking
      await closeRedis(redis)
    },
  }
}
