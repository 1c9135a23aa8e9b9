/** A backlog for a test, with the ways to fill and to empty it. */
import { status } from '@safelight/testkit'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect } from 'vitest'
import { type CandidatesQuery, createBacklog } from '../backlog/backlog.ts'
import { ANY_POOL } from '../backlog/pools.ts'
import type { NewJob } from '../jobs/new-job.ts'

export const QUERY: CandidatesQuery = {
  pools: [ANY_POOL],
  atMost: 100,
  agingMs: null,
  ownerLimit: null,
}
export const ONE_SLOT = { hostId: 'gpu', slots: 1, ownerLimit: null, overtaken: [] }

export async function openBacklog() {
  const test = await openTestStore()
  const backlog = createBacklog(test)
  const accept = (over: Partial<NewJob> = {}) => acceptJob(test.store, over)
  const acceptMany = async (count: number, over: Partial<NewJob> = {}) => {
    const jobIds: string[] = []
    for (let n = 0; n < count; n += 1) jobIds.push(await accept(over))
    return jobIds
  }
  const order = async (query: Partial<CandidatesQuery> = {}) =>
    (await backlog.candidates({ ...QUERY, ...query })).map(({ jobId }) => jobId)
  /** Runs all that wait on a host with one slot; who was served when. */
  const serve = async (count = Number.POSITIVE_INFINITY) => {
    const served: string[] = []
    for (; served.length < count; ) {
      const [next] = await order({ atMost: 1 })
      if (next === undefined) break
      expect(await backlog.dispatch({ ...ONE_SLOT, jobId: next })).toMatchObject({
        outcome: 'dispatched',
      })
      await test.store.append(next, () => status('canceled'))
      served.push(next)
    }
    return served
  }
  return { ...test, backlog, accept, acceptMany, order, serve }
}
