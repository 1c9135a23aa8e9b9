import { type BulkCancelResult, bulkCancelResultSchema } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { newJob } from '@safelight/testkit/vitest'
import { readError, readJob, submitJob } from '../testing/http.ts'
import { RUNNING, SUCCEEDED, WORKFLOW } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
// a thousand jobs at once take a slow Redis longer than a request may take
const PATIENT_MS = 60_000
shareStack((shared) => (stack = shared), {
  timings: { requestDeadlineMs: PATIENT_MS, store: { redisCommandMs: PATIENT_MS } },
})

const ask = (query: string) => fetch(`${stack.api.url}/api/v2/jobs?${query}`, { method: 'DELETE' })

async function cancel(query: string): Promise<BulkCancelResult> {
  const response = await ask(query)
  expect(response.status).toBe(200)
  return bulkCancelResultSchema.parse(await response.json())
}

/** Queued, running, ended: one of each. */
async function threeJobs(metadata: object = {}) {
  const [queued, running, ended] = [
    await submitJob(stack.api.url, { metadata }),
    await submitJob(stack.api.url, { metadata }),
    await submitJob(stack.api.url, { metadata }),
  ]
  for (const job of [running, ended]) await stack.append(job.id, RUNNING)
  await stack.append(ended.id, SUCCEEDED)
  return { queued: queued.id, running: running.id, ended: ended.id }
}
const statusOf = async (id: string) => (await readJob(stack.api.url, id)).status

describe('canceling by filter', () => {
  it('cancels what is queued, asks what runs, leaves what has ended, and may be repeated', async () => {
    const jobs = await threeJobs()
    const counts = { truncated: false, next_cursor: null }
    expect(await cancel('all=true')).toEqual({ canceled: 1, canceling: 1, skipped: 0, ...counts })
    expect(await Promise.all(Object.values(jobs).map(statusOf))).toEqual([
      'canceled',
      'canceling',
      'succeeded',
    ])
    // the place of one that goes on, and what wakes a worker for it, are where they were
    expect(await stack.redis.zrange(stack.keys.backlog('*'), '0', '-1')).toEqual([jobs.running])
    expect(await stack.redis.llen(`${stack.keys.bullPrefix}:intake:wait`)).toBeGreaterThan(0)
    expect(await cancel('all=true')).toEqual({ canceled: 0, canceling: 0, skipped: 0, ...counts })
  })

  it('takes only the status that is asked for', async () => {
    const jobs = await threeJobs()
    expect(await cancel('status=queued')).toMatchObject({ canceled: 1, canceling: 0 })
    expect(await statusOf(jobs.running)).toBe('running')
    expect(await cancel('status=queued,running')).toMatchObject({ canceled: 0, canceling: 1 })
  })

  it('takes the jobs that are named, and says how many needed nothing', async () => {
    const jobs = await threeJobs()
    const other = await submitJob(stack.api.url)
    const ids = [jobs.queued, jobs.queued, jobs.ended, 'nobody'].join(',')
    expect(await cancel(`ids=${ids}`)).toMatchObject({ canceled: 1, canceling: 0, skipped: 2 })
    expect(await statusOf(other.id)).toBe('queued')
    expect(await cancel(`ids=${jobs.running}&status=queued`)).toMatchObject({ skipped: 1 })
    expect(await statusOf(jobs.running)).toBe('running')
  })

  it('takes the jobs whose metadata says so', async () => {
    await threeJobs({ batch: 42, owner: 'a:b' })
    const other = await submitJob(stack.api.url, { metadata: { batch: 43 } })
    expect(await cancel('metadata=batch:42&metadata=owner:x')).toMatchObject({ canceled: 0 })
    expect(await cancel('metadata=batch:42&metadata=owner:a:b')).toMatchObject({
      canceled: 1,
      canceling: 1,
    })
    expect(await statusOf(other.id)).toBe('queued')
  })

  it.each(['__proto__:{}', 'constructor:undefined', 'toString:undefined'])(
    'takes none for what every object has: %s',
    async (pair) => {
      const { queued } = await threeJobs({ batch: 1 })
      expect(await cancel(`metadata=${encodeURIComponent(pair)}`)).toMatchObject({ canceled: 0 })
      expect(await statusOf(queued)).toBe('queued')
    },
  )

  it('takes the others beside one whose record cannot be read', async () => {
    const [damaged, newer, sound] = [
      await submitJob(stack.api.url),
      await submitJob(stack.api.url),
      await submitJob(stack.api.url),
    ]
    await stack.redis.hset(stack.keys.job(damaged.id), 'snapshot', '{"jobId": 7}')
    await stack.redis.hset(stack.keys.job(newer.id), 'v', '9')
    const answer = await fetch(`${stack.api.url}/api/v2/jobs`)
    expect(await answer.json()).toMatchObject({ jobs: [{ id: sound.id }] })
    expect((await fetch(`${stack.api.url}/api/v2/jobs/${damaged.id}`)).status).toBe(500)
    const ids = [damaged.id, newer.id, sound.id].join(',')
    expect(await cancel(`ids=${ids}`)).toMatchObject({ canceled: 1, skipped: 2 })
    expect(await statusOf(sound.id)).toBe('canceled')
  })

  it('takes the jobs that are old enough', async () => {
    const old = await submitJob(stack.api.url)
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(old.created_at))
    const young = await submitJob(stack.api.url)
    expect(await cancel(`created_before=${young.created_at}`)).toMatchObject({ canceled: 1 })
    expect([await statusOf(old.id), await statusOf(young.id)]).toEqual(['canceled', 'queued'])
  })

  it('works through any number of jobs, a bounded number per call', async () => {
    const accept = (at: number) =>
      stack.store.accept(newJob({ jobId: `job-${at}`, workflow: WORKFLOW }))
    await Promise.all(Array.from({ length: 1_150 }, (_, at) => accept(at)))
    let canceled = 0
    let query = 'status=queued'
    for (let calls = 0; calls < 20; calls += 1) {
      const result = await cancel(query)
      expect(result.canceled).toBeLessThanOrEqual(1_000)
      canceled += result.canceled
      expect(result.truncated).toBe(result.next_cursor !== null)
      if (result.next_cursor === null) break
      query = `status=queued&cursor=${result.next_cursor}`
    }
    expect(canceled).toBe(1_150)
    expect(await stack.redis.zcard(stack.keys.open)).toBe(0)
  })

  it.each(['', 'status=succeeded', 'status=', 'all=false', 'before=x', 'metadata=x', 'ids=../x'])(
    'refuses what does not say which jobs: %j',
    async (query) => {
      const { id } = await submitJob(stack.api.url)
      const response = await ask(query)
      expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
      expect(await statusOf(id)).toBe('queued')
    },
  )
})
