/** Who is next: owners, pools, priorities that change, and when a waiting job should be done. */
import { jobPageSchema, type JobView, jobViewSchema } from '@safelight/shared'
import { createBacklog, NO_NEEDS } from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { RUNNING, SUCCEEDED } from '../testing/play-worker.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const patch = (id: string, body: unknown) =>
  fetch(`${stack.api.url}/api/v2/jobs/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const positionsOf = async (jobs: readonly JobView[]) =>
  (await Promise.all(jobs.map(({ id }) => readJob(stack.api.url, id)))).map(
    ({ queue_position }) => queue_position,
  )
const dispatch = (jobId: string) =>
  createBacklog(stack).dispatch({
    jobId,
    hostId: 'gpu-1',
    slots: 9,
    ownerLimit: null,
    overtaken: [],
  })

describe('an owner', () => {
  it('is what the submission says, or the default one', async () => {
    expect(await submitJob(stack.api.url)).toMatchObject({ owner: 'default', pool: null })
    const owned = await submitJob(stack.api.url, { owner: 'team.a-1', pool: 'video' })
    expect(owned).toMatchObject({ owner: 'team.a-1', pool: 'video', queue_position: 0 })
    for (const owner of ['', 'a b', 'ä', 'x'.repeat(65), 7]) {
      const response = await post(`${stack.api.url}/api/v2/jobs`, { workflow: {}, owner })
      expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
    }
  })

  it('with few jobs does not wait behind the flood of another', async () => {
    const flood: JobView[] = []
    for (let n = 0; n < 6; n += 1) flood.push(await submitJob(stack.api.url, { owner: 'flood' }))
    const one = await submitJob(stack.api.url, { owner: 'few' })
    expect(one.queue_position).toBeLessThanOrEqual(1)
    expect((await positionsOf(flood)).at(-1)).toBe(6)
  })

  it('weighs what the setting says', async () => {
    const api = await stack.startApi({ OWNER_WEIGHTS: 'heavy=3, light=0.5' })
    const light: JobView[] = []
    const heavy: JobView[] = []
    for (let n = 0; n < 4; n += 1) light.push(await submitJob(api.url, { owner: 'light' }))
    for (let n = 0; n < 8; n += 1) heavy.push(await submitJob(api.url, { owner: 'heavy' }))
    const positions = await positionsOf(heavy)
    // six of its jobs cost what one of the other does
    expect(Math.max(...positions.slice(0, 5).map((at) => at ?? 99))).toBeLessThanOrEqual(5)
    expect((await positionsOf(light)).at(-1)).toBe(11)
  })

  it('is listed and canceled by', async () => {
    const mine = await submitJob(stack.api.url, { owner: 'mine' })
    const other = await submitJob(stack.api.url, { owner: 'other' })
    const answer = await fetch(`${stack.api.url}/api/v2/jobs?owner=mine`)
    const { jobs } = jobPageSchema.parse(await answer.json())
    expect(jobs.map(({ id }) => id)).toEqual([mine.id])
    const canceled = await fetch(`${stack.api.url}/api/v2/jobs?owner=mine`, { method: 'DELETE' })
    expect(await canceled.json()).toMatchObject({ canceled: 1 })
    expect((await readJob(stack.api.url, mine.id)).status).toBe('canceled')
    expect((await readJob(stack.api.url, other.id)).status).toBe('queued')
  })
})

describe('another priority', () => {
  it('moves a job that waits, and its watchers hear of it', async () => {
    const [first, second] = [await submitJob(stack.api.url), await submitJob(stack.api.url)]
    const response = await patch(second.id, { priority: 5 })
    const moved = jobViewSchema.parse(await response.json())
    expect([response.status, moved]).toMatchObject([200, { priority: 5, queue_position: 0 }])
    expect(await positionsOf([first, second])).toEqual([1, 0])
    const { events } = await stack.store.eventsAfter(second.id, 0)
    expect(events).toMatchObject([{ type: 'status', status: 'queued', priority: 5 }])
    // said again it changes nothing
    expect(jobViewSchema.parse(await (await patch(second.id, { priority: 5 })).json()).seq).toBe(
      moved.seq,
    )
  })

  it('is refused for a job that waits no longer, even if it has not begun', async () => {
    const [dispatched, running, over] = [
      await submitJob(stack.api.url),
      await submitJob(stack.api.url),
      await submitJob(stack.api.url),
    ]
    await dispatch(dispatched.id)
    await stack.append(running.id, RUNNING)
    await stack.append(over.id, RUNNING)
    await stack.append(over.id, SUCCEEDED)
    for (const { id } of [dispatched, running, over]) {
      const response = await patch(id, { priority: 5 })
      expect([response.status, (await readError(response)).code]).toEqual([409, 'not_queued'])
      expect((await readJob(stack.api.url, id)).priority).toBe(0)
    }
    expect((await patch('nobody', { priority: 1 })).status).toBe(404)
    for (const body of [{}, { priority: 1.5 }, { priority: 1, more: 1 }, { priority: 2_000_000 }])
      expect((await patch(dispatched.id, body)).status).toBe(400)
  })

  it('is kept by a job that is to come back later', async () => {
    const job = await submitJob(stack.api.url)
    const ahead = await submitJob(stack.api.url)
    const backlog = createBacklog(stack)
    await backlog.putBack(job.id, { token: null, delayMs: 60_000, needs: NO_NEEDS })
    expect((await patch(job.id, { priority: -5 })).status).toBe(200)
    await stack.redis.zadd(stack.keys.deferred, 1, job.id)
    await backlog.bringBack()
    expect(await positionsOf([ahead, job])).toEqual([0, 1])
  })
})

describe('the time to the end', () => {
  it('of a job that waits is what is ahead and itself, over the hosts that may take it', async () => {
    const alone = await submitJob(stack.api.url)
    expect(alone.eta_ms).toBeNull()
    const now = await stack.store.now()
    // nothing was learned of such jobs: those that have ended took three seconds each
    const throughput = { finished: 5, timed: 4, executionMs: 12_000 }
    await stack.hosts.report(newHostReport(now, { throughput }))
    await stack.hosts.report(newHostReport(now, { hostId: 'gpu-2', labels: ['video'] }))
    const jobs = [alone]
    for (let n = 0; n < 3; n += 1) jobs.push(await submitJob(stack.api.url))
    const video = await submitJob(stack.api.url, { pool: 'video' })
    const etaOf = async ({ id }: JobView) => (await readJob(stack.api.url, id)).eta_ms ?? 0
    const one = 3_000
    // what waits in the pools is remembered for a moment
    await expect.poll(() => etaOf(alone)).toBe(one)
    // behind three of its own on two hosts, of which one has a job of another pool before it
    await expect.poll(() => etaOf(jobs[3] ?? alone)).toBe(3 * one)
    await expect.poll(() => etaOf(video)).toBe(2 * one)
  })

  it('of one that runs is what its progress says, and of one that is over nothing', async () => {
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    expect((await readJob(stack.api.url, id)).eta_ms).toBeNull()
    await stack.append(id, SUCCEEDED)
    expect((await readJob(stack.api.url, id)).eta_ms).toBeNull()
  })
})
