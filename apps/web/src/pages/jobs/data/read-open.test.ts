/** Looking at the open jobs, and for what became of those that were. */
import { describe, expect, it } from 'vitest'
import { jobView } from '../testing/job-view.ts'
import { createListServer } from '../testing/list-server.ts'
import { toListed } from './read-newest.ts'
import { readOpen } from './read-open.ts'

const { signal } = new AbortController()
const matters = () => true
const many = (count: number) => Array.from({ length: count }, (_, age) => jobView({ age }))

describe('looking at open jobs', () => {
  it('counts them in one request', async () => {
    const { client, asked } = createListServer([
      jobView({ age: 1 }),
      jobView({ age: 2, status: 'running' }),
      jobView({ age: 3, status: 'canceling' }),
      jobView({ age: 4, status: 'succeeded' }),
    ])
    const open = await readOpen(client.jobs, { owner: null, believed: [], matters, signal })
    expect(open).toMatchObject({ queued: 1, running: 2, more: false, outdated: [] })
    expect(asked).toHaveLength(1)
  })

  it('finds the running ones behind a long queue', async () => {
    const { client } = createListServer([...many(150), jobView({ age: 200, status: 'running' })])
    const open = await readOpen(client.jobs, { owner: null, believed: [], matters, signal })
    expect(open).toMatchObject({ queued: 100, running: 1, more: true })
  })

  it('counts those of one owner, also behind a long queue', async () => {
    const ours = jobView({ age: 200, owner: 'team', status: 'running' })
    const waiting = many(150).map((job, at) => ({ ...job, owner: at % 2 ? 'team' : 'others' }))
    const { client } = createListServer([...waiting, ours])
    const open = await readOpen(client.jobs, { owner: 'team', believed: [], matters, signal })
    expect(open).toMatchObject({ queued: 75, running: 1, more: false })
  })

  it('asks what became of those that are open no longer', async () => {
    const done = jobView({ age: 2, status: 'succeeded', seq: 9 })
    const { client } = createListServer([jobView({ age: 1 }), done])
    const believed = [
      { ...toListed(done), status: 'running' as const },
      toListed(jobView({ age: 3 })),
    ]
    const open = await readOpen(client.jobs, { owner: null, believed, matters, signal })
    expect(open.jobs).toContainEqual(done)
    expect(open.gone).toEqual(['job-3'])
  })

  it('does not ask about jobs that nobody looks at', async () => {
    const { client, asked } = createListServer([])
    const believed = [toListed(jobView({ age: 3 }))]
    const open = await readOpen(client.jobs, {
      owner: null,
      believed,
      matters: () => false,
      signal,
    })
    expect(open.gone).toEqual(['job-3'])
    expect(asked).toHaveLength(1)
  })

  it('does not ask for a crowd one by one', async () => {
    const { client, asked } = createListServer([])
    const believed = many(40).map(toListed)
    const open = await readOpen(client.jobs, { owner: null, believed, matters, signal })
    expect(open.outdated).toHaveLength(40)
    expect(open.gone).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it('cannot tell that a queued job has ended while there are more than it was told of', async () => {
    const { client } = createListServer(many(150))
    const believed = [toListed(jobView({ age: 140 }))]
    const open = await readOpen(client.jobs, { owner: null, believed, matters, signal })
    expect(open).toMatchObject({ gone: [], outdated: [], more: true })
  })
})
