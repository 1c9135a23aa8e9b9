/** Watches a job as a page does, and notes what it is told of its end. */
import { readSse } from '@safelight/testkit'
import { z } from 'zod'
import { byValue, type Said, type Way } from './errors.ts'

const eta = z.number().nullable()
const stageSchema = z.object({ status: z.string().optional(), phase: z.string().nullish() })
const placeSchema = z.object({
  queuePosition: z.number().nullable(),
  etaMs: eta,
  snapshot: stageSchema.optional(),
})
const eventSchema = stageSchema.extend({
  progress: z.object({ value: z.number(), eta_ms: eta }).optional(),
})

export interface WatchedJob {
  /** From the first look to its end. */
  wait: Way
  /** Jobs ahead, as it was told in line. */
  ahead: readonly { atMs: number; jobs: number }[]
  /** From the moment that it executes until it has been. */
  run: Way
  /** From there to the end of the job. */
  storedInMs: number
  /** The same, told by the bar alone. */
  byBar: Way
}

/** Resolves when it has ended. */
export async function watchJob(apiUrl: string, jobId: string): Promise<WatchedJob> {
  const startedMs = performance.now()
  const waiting: Said[] = []
  const ahead: { atMs: number; jobs: number }[] = []
  const running: Said[] = []
  const bar: { atMs: number; value: number }[] = []
  let beganMs: number | null = null
  let executedMs: number | null = null
  const response = await fetch(`${apiUrl}/api/v2/jobs/${jobId}/events?format=native`)
  for await (const { event, data } of readSse(response)) {
    const atMs = performance.now()
    if (event === 'snapshot' || event === 'resync' || event === 'position') {
      const { queuePosition, etaMs, snapshot } = placeSchema.parse(data)
      // it was given to a host before anybody looked
      if (snapshot && isExecuting(snapshot)) beganMs ??= atMs
      if (queuePosition === null || beganMs !== null) continue
      waiting.push({ atMs, leftMs: etaMs })
      ahead.push({ atMs, jobs: queuePosition })
    }
    if (event !== 'event') continue
    const now = eventSchema.parse(data)
    const { status, phase, progress } = now
    if (isExecuting(now)) beganMs ??= atMs
    if (phase === 'collecting') executedMs ??= atMs
    if (progress && beganMs !== null && executedMs === null) {
      running.push({ atMs, leftMs: progress.eta_ms })
      bar.push({ atMs, value: progress.value })
    }
    if (status === 'failed') throw new Error(`${jobId} failed`)
  }
  const endedMs = performance.now()
  if (beganMs === null) throw new Error(`${jobId} was never seen to execute`)
  const executed = executedMs ?? endedMs
  const run = { beganMs, endedMs: executed, untilMs: executed }
  return {
    wait: { beganMs: startedMs, endedMs, untilMs: beganMs, said: waiting },
    ahead,
    run: { ...run, said: running },
    storedInMs: endedMs - executed,
    byBar: { ...run, said: byValue(bar, run) },
  }
}

const isExecuting = ({ status, phase }: z.output<typeof stageSchema>): boolean =>
  status === 'running' && phase === 'executing'
