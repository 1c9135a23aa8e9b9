import { type PurgeRequest, type PurgeResult, purgeResultSchema } from '@safelight/shared'
import { status } from '@safelight/testkit'
import { acceptJob } from '@safelight/testkit/vitest'
import { describe, expect, it } from 'vitest'
import { post, readError, submitJob } from '../testing/http.ts'
import { FAILED, RUNNING, smallJob, SUCCEEDED } from '../testing/play-worker.ts'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const JOBS = '/api/v2/jobs'
const remove = (id: string) => fetch(`${stack.api.url}${JOBS}/${id}`, { method: 'DELETE' })
const statusOf = async (id: string) => (await fetch(`${stack.api.url}${JOBS}/${id}`)).status

async function purge(request: PurgeRequest): Promise<PurgeResult> {
  const response = await post(`${stack.api.url}${JOBS}/purge`, request)
  expect(response.status).toBe(200)
  return purgeResultSchema.parse(await response.json())
}

async function endedJob(owner = 'default', end = SUCCEEDED): Promise<string> {
  const { id } = await submitJob(stack.api.url, { owner })
  await stack.append(id, RUNNING)
  await stack.append(id, end)
  return id
}

describe('deleting one job', () => {
  it('is for one that has ended, and is over then', async () => {
    const { id: open } = await submitJob(stack.api.url)
    const refused = await remove(open)
    expect([refused.status, (await readError(refused)).code]).toEqual([409, 'not_ended'])
    expect(await statusOf(open)).toBe(200)

    const id = await endedJob()
    const told: unknown[] = []
    const stop = stack.api.events.on('job:deleted', (body) => told.push(body))
    expect((await remove(id)).status).toBe(204)
    expect(await statusOf(id)).toBe(404)
    expect((await fetch(`${stack.api.url}${JOBS}/${id}/workflow`)).status).toBe(404)
    const again = await remove(id)
    expect([again.status, (await readError(again)).code]).toEqual([404, 'not_found'])
    stop()
    expect(told).toEqual([{ jobId: id, outputs: 0, kept: 0 }])
    const list: unknown = await (await fetch(`${stack.api.url}${JOBS}`)).json()
    expect(list).toMatchObject({ jobs: [{ id: open }] })
  })
})

describe('deleting many', () => {
  it('only counts until it is told to delete', async () => {
    const { id } = await submitJob(stack.api.url)
    for (const body of smallJob('3f2a91bc-0000-4000-8000-000000000000'))
      await stack.append(id, body)
    const failed = await endedJob('a', FAILED)
    expect(await purge({ all: true })).toEqual({
      dry_run: true,
      jobs: 2,
      outputs: 1,
      outputs_kept: 0,
      bytes: 3,
      skipped: 0,
      truncated: false,
      next_cursor: null,
    })
    expect([await statusOf(id), await statusOf(failed)]).toEqual([200, 200])
    expect(await purge({ owner: 'a', dry_run: false })).toMatchObject({ jobs: 1 })
    expect([await statusOf(id), await statusOf(failed)]).toEqual([200, 404])
  })

  it('goes by status and age, and leaves alone what has not ended', async () => {
    const { id: queued } = await submitJob(stack.api.url)
    const ended = await endedJob()
    expect(await purge({ older_than_s: 3_600, dry_run: false })).toMatchObject({ jobs: 0 })
    expect(await purge({ status: ['failed'], dry_run: false })).toMatchObject({ jobs: 0 })
    expect(await statusOf(ended)).toBe(200)
    const all = { older_than_s: 0, status: ['succeeded' as const], dry_run: false }
    expect(await purge(all)).toMatchObject({ jobs: 1, dry_run: false })
    expect([await statusOf(queued), await statusOf(ended)]).toEqual([200, 404])
  })

  it('goes on where a call had no time for more', async () => {
    const canceledJob = async () => {
      const jobId = await acceptJob(stack.store)
      await stack.append(jobId, status('canceled'))
      return jobId
    }
    const ids = await Promise.all(Array.from({ length: 101 }, canceledJob))
    const api = await stack.startApi({}, { cancelManyMs: 0 })
    const ask = async (request: PurgeRequest) => {
      const response = await post(`${api.url}${JOBS}/purge`, { ...request, all: true })
      return purgeResultSchema.parse(await response.json())
    }
    const first = await ask({ dry_run: false })
    expect(first).toMatchObject({ jobs: 100, truncated: true })
    const rest = await ask({ dry_run: false, cursor: first.next_cursor ?? '' })
    expect(rest).toMatchObject({ jobs: 1, truncated: false, next_cursor: null })
    expect(await stack.redis.exists(...ids.map((id) => stack.keys.job(id)))).toBe(0)
  })

  it('wants a condition, and knows no status that is not an end', async () => {
    const requests = [{}, { dry_run: false }, { dead_letters: true }, { status: ['running'] }]
    const answers = await Promise.all(
      requests.map((request) => post(`${stack.api.url}${JOBS}/purge`, request)),
    )
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400])
  })
})
