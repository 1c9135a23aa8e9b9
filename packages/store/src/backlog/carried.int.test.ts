/** Which ticket counts for a job that is carried away from its host. */
import { expect, it } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'

it('lets a job be carried away under the ticket by which it was executed, claim after claim', async () => {
  const { backlog, store, accept } = await openBacklog()
  const jobId = await accept()
  await backlog.dispatch({ ...ONE_SLOT, jobId })
  const claim = (stage: 'execute' | 'collect') => store.claim(jobId, { hostId: 'gpu', stage })
  await backlog.toCollect(jobId, (await claim('execute'))?.token ?? 0)
  expect(await claim('collect')).toBeNull()
  for (let lives = 1; lives <= 2; lives += 1) {
    expect((await claim('execute'))?.snapshot.jobId).toBe(jobId)
  }
  expect(await claim('collect')).toBeNull()
  await backlog.loseTicket(jobId)
  expect(await claim('execute')).toBeNull()
  expect((await claim('collect'))?.snapshot.jobId).toBe(jobId)
})

it('leaves a job to a version that has claimed it by a ticket of the collect queue', async () => {
  const { backlog, store, redis, keys, accept } = await openBacklog()
  const jobId = await accept()
  await backlog.dispatch({ ...ONE_SLOT, jobId })
  const token = (await store.claim(jobId))?.token ?? 0
  await backlog.toCollect(jobId, token)
  // all that such a version writes of whose ticket it is
  await redis.hset(keys.job(jobId), 'fence', token + 1)
  const claim = (stage: 'execute' | 'collect') => store.claim(jobId, { hostId: 'gpu', stage })
  expect(await claim('execute')).toBeNull()
  expect((await claim('collect'))?.snapshot.jobId).toBe(jobId)
})
