import { deadLetterViewSchema, jobPageSchema, jobViewSchema } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { DEAD, FAILED, RUNNING } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
let url: string
shareStack((shared) => {
  stack = shared
  url = `${stack.api.url}/api/v2/dead-letters`
})

async function die(extra: object = {}): Promise<string> {
  const { id } = await submitJob(stack.api.url, extra)
  await stack.append(id, RUNNING)
  await stack.append(id, DEAD)
  return id
}
const list = async (query = '') => jobPageSchema.parse(await (await fetch(url + query)).json())
const replay = (id: string) => post(`${url}/${id}/replay`, {})

describe('the dead letters', () => {
  it('are the jobs that used up their attempts, latest first, page by page', async () => {
    const ids = [await die(), await die(), await die()]
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    await stack.append(id, FAILED)
    const first = await list('?limit=2')
    const second = await list(`?limit=2&cursor=${first.next_cursor}`)
    expect([...first.jobs, ...second.jobs].map((job) => job.id).toSorted()).toEqual(ids.toSorted())
    expect(first.jobs[0]).toMatchObject({ dead_letter: true, status: 'failed' })
    expect(second.next_cursor).toBeNull()
    expect((await readJob(stack.api.url, id)).dead_letter).toBe(false)
    expect((await fetch(`${url}?cursor=x`)).status).toBe(400)
  })

  it('say why, when and after how many attempts', async () => {
    const id = await die()
    const letter = deadLetterViewSchema.parse(await (await fetch(`${url}/${id}`)).json())
    assertContract('Job', letter.job)
    expect(letter).toMatchObject({
      job: { id, completed_at: letter.failed_at },
      error: { code: 'host_unavailable' },
      attempts: 1,
    })
  })

  it('are run again as a new job that names the old one, once', async () => {
    const extra = { priority: 4, metadata: { order: 9 }, timeout_s: 60, node_retries: 1 }
    const id = await die(extra)
    const answers = await Promise.all([replay(id), replay(id), replay(id)])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 404, 404])
    const made = answers.find(({ status }) => status === 201)
    const job = jobViewSchema.parse(await made?.json())
    assertContract('Job', job)
    expect(job).toMatchObject({
      status: 'queued',
      priority: 4,
      metadata: { order: 9 },
      limits: { start_by: null, timeout_s: 60, node_retries: 1 },
      replay_of: id,
    })
    expect(await readJob(stack.api.url, id)).toMatchObject({
      replayed_by: job.id,
      dead_letter: false,
    })
    expect(await list()).toMatchObject({ jobs: [] })
    const workflows = await Promise.all(
      [id, job.id].map(async (one) =>
        (await fetch(`${stack.api.url}/api/v2/jobs/${one}/workflow`)).text(),
      ),
    )
    expect(workflows[0]).toBe(workflows[1])
  })

  it('stay where they are when the queue is full', async () => {
    const full = await stack.startApi({ MAX_QUEUE_DEPTH: '1' })
    const id = await die()
    await submitJob(stack.api.url)
    const response = await post(`${full.url}/api/v2/dead-letters/${id}/replay`, {})
    expect([response.status, (await readError(response)).code]).toEqual([429, 'queue_full'])
    expect((await list()).jobs).toHaveLength(1)
  })

  it('are discarded, and the job stays readable', async () => {
    const id = await die()
    const discard = () => fetch(`${url}/${id}`, { method: 'DELETE' })
    const response = await discard()
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect((await readError(await discard())).code).toBe('not_found')
    for (const gone of [await fetch(`${url}/${id}`), await replay(id)])
      expect(gone.status).toBe(404)
    expect(await readJob(stack.api.url, id)).toMatchObject({
      status: 'failed',
      dead_letter: false,
      replayed_by: null,
    })
  })

  it('are kept as long as the settings say', async () => {
    const id = await die()
    const { expires_at, completed_at } = await readJob(stack.api.url, id)
    const days = (Date.parse(expires_at) - Date.parse(completed_at ?? '')) / 86_400_000
    expect(days).toBe(7)
  })
})
