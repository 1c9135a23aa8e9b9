import { randomUUID } from 'node:crypto'
import { jobPageSchema } from '@safelight/shared'
import { beforeEach, describe, expect, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { FAILED, RUNNING, SUCCEEDED, smallJob, toOutput } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
let base: string
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  base = stack.api.url
})

async function list(query: string) {
  const response = await fetch(`${base}/api/v2/jobs${query}`)
  return jobPageSchema.parse(await response.json())
}

describe('one job', () => {
  it('is of the contract at every step, and ends with urls that name this server', async () => {
    const { id } = await submitJob(base)
    const outputId = randomUUID()
    for (const body of smallJob(outputId)) {
      await stack.append(id, body)
      assertContract('Job', await readJob(base, id))
    }
    const job = await readJob(base, id)
    expect(job).toMatchObject({
      status: 'succeeded',
      queue_position: null,
      attempt: 1,
      progress: { value: 1 },
    })
    expect(job.outputs).toMatchObject([
      {
        id: outputId,
        job_id: id,
        url: `${base}/api/v2/assets/${outputId}/content`,
        url_expires_at: new Date(toOutput(outputId).expires_at).toISOString(),
      },
    ])
    expect(job.completed_at).not.toBeNull()
  })

  it('says why it failed', async () => {
    const { id } = await submitJob(base)
    await stack.append(id, RUNNING)
    await stack.append(id, FAILED)
    const job = await readJob(base, id)
    assertContract('Job', job)
    expect(job.error).toMatchObject({ code: 'node_execution_error', node_id: '1' })
  })

  it('has links of the configured address', async () => {
    const api = await stack.startApi({ PUBLIC_URL: 'https://pictures.example/safe/' })
    const { id } = await submitJob(api.url)
    for (const body of smallJob('o')) await stack.append(id, body)
    const job = await readJob(api.url, id)
    expect(job.urls.self).toBe(`/safe/api/v2/jobs/${id}`)
    expect(job.outputs[0]?.url).toBe('https://pictures.example/safe/api/v2/assets/o/content')
  })

  it.each(['unknown', 'a:b', '%00', 'x'.repeat(500), '%E0%A4%A', '..%2f..'])(
    'is not found as %s, anywhere',
    async (id) => {
      for (const path of [id, `${id}/workflow`, `${id}/events`]) {
        const response = await fetch(`${base}/api/v2/jobs/${path}`)
        assertContract('ErrorEnvelope', await response.clone().json())
        expect([404, 400]).toContain(response.status)
      }
      const response = await post(`${base}/api/v2/jobs/${id}/cancel`, {})
      expect([404, 400]).toContain(response.status)
    },
  )

  it('is not mixed up with the other keys of a job', async () => {
    const { id } = await submitJob(base)
    expect((await fetch(`${base}/api/v2/jobs/${id}:workflow`)).status).toBe(404)
  })
})

describe('the list', () => {
  it('has the newest first, in pages, each of the contract', async () => {
    const ids: string[] = []
    for (let count = 0; count < 5; count++) ids.unshift((await submitJob(base)).id)
    const first = await list('?limit=3')
    const second = await list(`?limit=3&cursor=${first.next_cursor}`)
    expect([...first.jobs, ...second.jobs].map(({ id }) => id).sort()).toEqual([...ids].sort())
    expect([first.truncated, second.next_cursor, second.truncated]).toEqual([true, null, false])
    for (const job of first.jobs) assertContract('Job', job)
  })

  it('can be narrowed to some statuses', async () => {
    const running = await submitJob(base)
    const done = await submitJob(base)
    await submitJob(base)
    await stack.append(running.id, RUNNING)
    await stack.append(done.id, RUNNING)
    await stack.append(done.id, SUCCEEDED)
    const { jobs } = await list('?status=running,succeeded')
    expect(jobs.map(({ id }) => id).sort()).toEqual([running.id, done.id].sort())
  })

  it.each(['?limit=0', '?limit=x', '?limit=1&limit=2', '?status=dead', '?cursor=!!', '?page=2'])(
    'refuses %s',
    async (query) => {
      const response = await fetch(`${base}/api/v2/jobs${query}`)
      expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
    },
  )
})
