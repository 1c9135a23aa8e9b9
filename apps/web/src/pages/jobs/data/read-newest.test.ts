/** Looking for new jobs. */
import { describe, expect, it } from 'vitest'
import { jobView } from '../testing/job-view.ts'
import { createListServer } from '../testing/list-server.ts'
import { readNewest, toListed } from './read-newest.ts'

const { signal } = new AbortController()
const all = { statuses: [], owner: null }
const many = (count: number) => Array.from({ length: count }, (_, age) => jobView({ age }))

describe('looking for new jobs', () => {
  it('takes one small request when little happened', async () => {
    const { client, asked } = createListServer(many(500))
    const top = toListed(jobView({ age: 5 }))
    const { jobs, gap } = await readNewest(client.jobs, { wanted: all, top, signal })
    expect(jobs[0]?.id).toBe('job-0')
    expect(gap).toBe(false)
    expect(asked).toEqual(['/api/v2/jobs?limit=30'])
  })

  it('reads on until it reaches what is known, so that nothing is missing', async () => {
    const { client, asked } = createListServer(many(500))
    const top = toListed(jobView({ age: 150 }))
    const { jobs, gap } = await readNewest(client.jobs, { wanted: all, top, signal })
    expect(gap).toBe(false)
    expect(jobs.map(({ id }) => id)).toContain('job-149')
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length)
    expect(asked).toHaveLength(3)
  })

  it('gives up when too much happened, and says so', async () => {
    const { client, asked } = createListServer(many(900))
    const top = toListed(jobView({ age: 800 }))
    const { gap } = await readNewest(client.jobs, { wanted: all, top, signal })
    expect(gap).toBe(true)
    expect(asked).toHaveLength(6)
  })

  it('asks for the wanted statuses and owner only', async () => {
    const { client, asked } = createListServer(many(3))
    await readNewest(client.jobs, {
      wanted: { statuses: ['failed', 'expired'], owner: 'team' },
      top: null,
      signal,
    })
    expect(asked).toEqual(['/api/v2/jobs?status=failed%2Cexpired&owner=team&limit=30'])
  })
})
