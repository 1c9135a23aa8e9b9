/** A job that is dispatched into a hand is claimed in the same step. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'

const newHand = () => ({
  token: randomUUID(),
  worker: 'a-worker',
  lockMs: 60_000,
  retryMs: 2_000,
})
const place = { hostId: 'gpu', stage: 'execute' } as const

async function open() {
  const test = await openBacklog()
  const jobId = await test.accept()
  const hand = newHand()
  const dispatch = (by = hand) => test.backlog.dispatch({ ...ONE_SLOT, jobId, hand: by })
  const claimedBy = async (by = hand) => {
    const dispatched = await dispatch(by)
    return 'claimed' in dispatched ? dispatched.claimed : undefined
  }
  const record = (field: string) => test.redis.hget(test.keys.job(jobId), field)
  return { ...test, jobId, dispatch, claimedBy, record }
}

it('says what any other claim would, and is the one that holds', async () => {
  const { store, jobId, claimedBy } = await open()
  const claimed = await claimedBy()
  const claim = await store.claim(jobId, { ...place, claimed: claimed ?? null })
  expect(claim).toMatchObject({
    token: claimed?.[0],
    snapshot: { jobId, status: 'queued' },
    lastAttempt: null,
    lost: { count: 0, justNow: false },
    workflowText: await store.loadWorkflowText(jobId),
  })
  expect(await store.holdsClaim(jobId, claim?.token ?? 0)).toBe(true)
})

it('counts as a lost worker when nobody has put the job down', async () => {
  const { store, jobId, claimedBy } = await open()
  const claimed = await claimedBy()
  const after = await store.claim(jobId, place)
  expect(after?.token).toBeGreaterThan(claimed?.[0] ?? Number.POSITIVE_INFINITY)
  expect(after?.lost).toEqual({ count: 1, justNow: true })
  await store.putDown(jobId, claimed?.[0] ?? 0)
  expect((await store.claim(jobId, place))?.lost.count).toBe(1)
})

it('is the same for a worker that did not hear the answer and asks again, and no other’s', async () => {
  const { store, jobId, dispatch, record } = await open()
  const first = await dispatch()
  const fence = await record('fence')
  expect(await dispatch()).toEqual(first)
  expect(await record('fence')).toBe(fence)
  expect(await dispatch(newHand())).toEqual({ outcome: 'gone' })
  await store.claim(jobId, place)
  expect(await record('lost')).toBe(`${fence} `)
})

it('is not made of a record that a newer Safelight wrote', async () => {
  const { redis, keys, jobId, dispatch, record } = await open()
  await redis.hset(keys.job(jobId), 'v', '99')
  const fence = await record('fence')
  expect(await dispatch()).toEqual({ outcome: 'dispatched', jobId, times: 1 })
  expect(await dispatch()).toEqual({ outcome: 'dispatched', jobId, times: 1 })
  expect([await record('fence'), await record('held')]).toEqual([fence, null])
})

it('is not made without a hand', async () => {
  const { backlog, jobId, record } = await open()
  const fence = await record('fence')
  expect(await backlog.dispatch({ ...ONE_SLOT, jobId })).toEqual({
    outcome: 'dispatched',
    jobId,
    times: 1,
  })
  expect([await record('fence'), await record('held')]).toEqual([fence, null])
})

it('is put down by a worker that cannot read what it has claimed', async () => {
  const { redis, store, keys, jobId, claimedBy, record } = await open()
  await redis.hset(keys.job(jobId), 'snapshot', '{}')
  const claimed = await claimedBy()
  await expect(store.claim(jobId, { ...place, claimed: claimed ?? null })).rejects.toThrow(
    'cannot be read',
  )
  expect(await record('held')).toBeNull()
})
