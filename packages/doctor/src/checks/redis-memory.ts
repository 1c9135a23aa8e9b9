/** Whether Redis has room for what it holds, and for what it will hold before the first of that may go. */
import {
  createKeys,
  type Intake,
  readIntake,
  readMemoryInfo,
  type RedisMemory,
} from '@safelight/store'
import type { Redis } from 'ioredis'
import { fail, type Finding, ok, warn } from '../check.ts'

const MB = 1024 ** 2
const GB = 1024 ** 3
const FILLING = 0.8

/** @param highWaterPercent of its memory, from which on new jobs are refused */
export async function lookAtMemory(redis: Redis, highWaterPercent: number): Promise<Finding[]> {
  const { used, max } = readMemoryInfo(await redis.info('memory'))
  // a limit that is missing is told among what it is set up as
  if (max === 0) return [ok('redis memory', `${toSize(used)} used`)]
  const found = `${toSize(used)} of ${toSize(max)} used`
  const advice = 'raise maxmemory, keep jobs for less long (RETENTION), or purge ended ones'
  const share = used / max
  if (share >= highWaterPercent / 100) {
    const words = `${found}: new jobs are refused (REDIS_HIGH_WATER is ${highWaterPercent})`
    return [fail('redis memory', { found: words, advice })]
  }
  return [share >= FILLING ? warn('redis memory', { found, advice }) : ok('redis memory', found)]
}

export interface GrowthOptions {
  namespace: string
  highWaterPercent: number
  /** For how long (ms) a job stays after its end. */
  retentionMs: number
}

export async function lookAtGrowth(redis: Redis, options: GrowthOptions): Promise<Finding[]> {
  const memory = readMemoryInfo(await redis.info('memory'))
  const intake = await readIntake({ redis, keys: createKeys(options.namespace) })
  return judgeGrowth({ memory, intake, ...options })
}

/** Fewer, or within less time, say nothing of a day. */
const LEAST = { jobs: 100, overMs: 10 * 60_000 }
const HOUR_MS = 3_600_000

/**
 * What it comes to if jobs come in as they do. A guess: a job is taken to be as large as those that are there are on
 * average, with all that is kept beside them; younger ones, whose events are still there, are larger.
 */
export function judgeGrowth({
  memory: { used, max, startup },
  intake: { kept, lately, overMs },
  highWaterPercent,
  retentionMs,
}: Omit<GrowthOptions, 'namespace'> & { memory: RedisMemory; intake: Intake }): Finding[] {
  if (max === 0 || lately < LEAST.jobs || overMs < LEAST.overMs) return []
  const perMs = lately / overMs
  const jobBytes = Math.max(0, used - startup) / kept
  const room = (max * highWaterPercent) / 100
  const needed = used + Math.max(0, perMs * retentionMs - kept) * jobBytes
  const rate = `${lately} jobs in ${toSpan(overMs)}`
  if (needed < room) {
    const found = `jobs of ${toSpan(retentionMs)} (RETENTION) take ${toSize(needed)}, at ${rate}`
    return [ok('redis growth', found)]
  }
  const fullInMs = Math.max(0, room - used) / (perMs * jobBytes)
  return [
    warn('redis growth', {
      found: `RETENTION is ${toSpan(retentionMs)}: at the present rate (${rate}) Redis is full in ${toSpan(fullInMs)}; all of it takes ${toSize(needed)}`,
      advice:
        'set RETENTION lower on all APIs and workers: it holds for jobs that end from then on, `safelight purge` is for the others; or raise maxmemory',
    }),
  ]
}

function toSize(bytes: number): string {
  return bytes < 10 * GB ? `${Math.round(bytes / MB)} MB` : `${Math.round(bytes / GB)} GB`
}

/** `40 min`, `26 h`, `3650 d` */
function toSpan(ms: number): string {
  const hours = ms / HOUR_MS
  if (hours < 2) return `${Math.round(hours * 60)} min`
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`
}
