import { expect, it } from 'vitest'
import type { JobStore, ListQuery } from '../job-store.ts'
import { status } from '@safelight/testkit'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { OWNER } from './context.ts'
import { InvalidCursor } from '../newest-first.ts'

it('lists newest first, page by page, each job once', async () => {
  let clock = 1_000
  const { store } = await openTestStore({ now: () => (clock += 1) })
  const accepted: string[] = []
  for (let count = 0; count < 25; count += 1) accepted.push(await acceptJob(store))
  const pages = await readPages(store, { limit: 10 })
  expect(pages.map((page) => page.length)).toEqual([10, 10, 5])
  expect(pages.flat()).toEqual(accepted.toReversed())
})

it('keeps its place among jobs of the same millisecond, though newer jobs come in', async () => {
  let clock = 1_000
  const { store } = await openTestStore({ now: () => clock })
  const accepted = new Set<string>()
  for (let count = 0; count < 25; count += 1) accepted.add(await acceptJob(store))
  const first = await store.list({ limit: 4 })
  clock = 2_000
  await acceptJob(store)
  const rest = await readPages(store, { limit: 4, cursor: first.nextCursor ?? '' })
  const seen = [...first.jobs.map((job) => job.jobId), ...rest.flat()]
  expect(new Set(seen)).toEqual(accepted)
  expect(seen).toHaveLength(25)
})

it('filters by status across pages', async () => {
  const { store } = await openTestStore()
  const canceled: string[] = []
  for (let count = 0; count < 12; count += 1) {
    const jobId = await acceptJob(store)
    if (count % 3 === 0) {
      await store.append(jobId, () => status('canceled'))
      canceled.push(jobId)
    }
  }
  const pages = await readPages(store, { limit: 3, status: ['canceled', 'failed'] })
  expect(pages.flat().toSorted()).toEqual(canceled.toSorted())
  expect(pages.map((page) => page.length)).toEqual([3, 1])
})

it('ends with no cursor when the last page is exactly full', async () => {
  const { store } = await openTestStore()
  for (let count = 0; count < 4; count += 1) await acceptJob(store)
  const page = await store.list({ limit: 4 })
  expect(page.jobs).toHaveLength(4)
  expect(page.nextCursor).toBeNull()
})

it('passes over expired jobs and forgets them', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobIds: string[] = []
  for (let count = 0; count < 5; count += 1) jobIds.push(await acceptJob(store))
  const [expired = '', ...alive] = jobIds
  await redis.del(keys.job(expired))
  const page = await store.list({ limit: 100 })
  expect(page.jobs.map((job) => job.jobId).toSorted()).toEqual(alive.toSorted())
  expect(await redis.zscore(keys.index(OWNER), expired)).toBeNull()
})

it('looks at a bounded number of jobs per call, and goes on where it stopped', async () => {
  const { store, redis, keys } = await openTestStore()
  const wanted = await acceptJob(store)
  await store.append(wanted, () => status('failed'))
  // 1 500 entries, newer than the wanted one, whose records have expired
  const gone = Array.from({ length: 1_500 }, (_, at) => [
    String(Date.now() + 1_000 + at),
    `gone-${at}`,
  ]).flat()
  await redis.zadd(keys.index(OWNER), ...gone)
  const first = await store.list({ limit: 10, status: ['failed'] })
  expect(first.jobs).toEqual([])
  expect(first.nextCursor).not.toBeNull()
  const rest = await readPages(store, {
    limit: 10,
    status: ['failed'],
    cursor: first.nextCursor ?? '',
  })
  expect(rest.flat()).toEqual([wanted])
})

it('refuses a cursor that no page gave', async () => {
  const { store } = await openTestStore()
  for (const cursor of ['nonsense', '', Buffer.from('{"a":1}').toString('base64url')]) {
    await expect(store.list({ limit: 1, cursor })).rejects.toBeInstanceOf(InvalidCursor)
  }
})

/** Job ids of every page until there is no cursor. */
async function readPages(store: JobStore, query: ListQuery): Promise<string[][]> {
  const pages: string[][] = []
  let cursor = query.cursor
  do {
    const page = await store.list({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    pages.push(page.jobs.map((job) => job.jobId))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return pages
}

it('lists the others when some cannot be read, and forgets none of them', async () => {
  const { store, redis, keys } = await openTestStore()
  const [damaged = '', newer = '', ...sound] = await Promise.all(
    Array.from({ length: 5 }, () => acceptJob(store)),
  )
  await redis.hset(keys.job(damaged), 'snapshot', '{"jobId": 7}')
  await redis.hset(keys.job(newer), 'v', '9')
  for (const query of [{ limit: 10 }, { limit: 10, status: ['queued'] as const }]) {
    const { jobs } = await store.list(query)
    expect(jobs.map(({ jobId }) => jobId).toSorted()).toEqual(sound.toSorted())
  }
  expect(await redis.zscore(keys.index(OWNER), damaged)).not.toBeNull()
  expect(await redis.zscore(keys.index(OWNER), newer)).not.toBeNull()
})
