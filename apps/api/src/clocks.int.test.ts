import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '@safelight/runtime'
import { until } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { newJob } from '@safelight/testkit/vitest'
import { readJob, submitJob } from './testing/http.ts'
import { WORKFLOW } from './testing/play-worker.ts'
import { shareStack, type ApiStack } from './testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { RETENTION: '1h' } })

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Far more than a test takes, far less than what the clocks are off. */
const NEAR_MS = 30_000

const off = (ms: number): Clock => ({ ...systemClock, now: () => Date.now() + ms })
const startWrong = (ms: number) =>
  stack.startApi({}, { deadlineSweepMs: 10, reconcileMs: 10 }, off(ms))
const distance = (iso: string | null) => Math.abs(Date.parse(iso ?? '') - Date.now())

/** Ended by whoever sweeps next. */
async function acceptOverdue(): Promise<string> {
  const jobId = randomUUID()
  const limits = { startBy: Date.now() - 1_000, timeoutMs: null, nodeRetries: 0 }
  await stack.store.accept(newJob({ jobId, workflow: WORKFLOW, limits }))
  await stack.redis.zadd(stack.keys.deadlines, 1, jobId)
  return jobId
}

describe.each([
  ['ahead', 2 * MINUTE_MS],
  ['behind', -2 * MINUTE_MS],
])('an API whose clock is two minutes %s', (_, ms) => {
  it('ends no job before its time, and gives none too much', async () => {
    const wrong = await startWrong(ms)
    const jobs = [
      await submitJob(stack.api.url, { start_deadline_s: 60 }),
      await submitJob(wrong.url, { start_deadline_s: 60 }),
    ]
    const overdue = await acceptOverdue()
    await until(async () => (await readJob(wrong.url, overdue)).status === 'expired')
    for (const { id } of jobs) {
      const job = await readJob(wrong.url, id)
      expect(job.status).toBe('queued')
      expect(distance(job.created_at)).toBeLessThan(NEAR_MS)
      const startsIn = Date.parse(job.limits.start_by ?? '') - Date.now()
      expect(startsIn).toBeGreaterThan(MINUTE_MS - NEAR_MS)
      expect(startsIn).toBeLessThanOrEqual(MINUTE_MS + 1_000)
    }
  })

  it('keeps a job that has ended for as long as any other', async () => {
    const wrong = await startWrong(ms)
    const { id, urls } = await submitJob(wrong.url)
    await fetch(`${wrong.url}${urls.cancel}`, { method: 'POST' })
    const snapshot = await stack.store.load(id)
    expect(Math.abs((snapshot?.expiresAt ?? 0) - Date.now() - HOUR_MS)).toBeLessThan(NEAR_MS)
    // an hour, and the slack of another
    const leftMs = await stack.redis.pttl(stack.keys.job(id))
    expect(Math.abs(leftMs - 2 * HOUR_MS)).toBeLessThan(NEAR_MS)
  })
})
