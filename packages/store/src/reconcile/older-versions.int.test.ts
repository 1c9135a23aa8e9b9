/** A version that knows of no backlog runs beside this one: what it leaves is put right. */
import { newSnapshot } from '@safelight/testkit'
import { acceptJob, type TestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { ONE_SLOT } from '../testing/open-backlog.ts'
import { openReconciler } from '../testing/open-reconciler.ts'

async function open() {
  const test = await openReconciler()
  const dispatch = (jobId: string) => test.backlog.dispatch({ ...ONE_SLOT, jobId })
  return { ...test, dispatch }
}

/** As such a version ends a job: its record and its lists, and no place. */
async function endOldWay(
  { redis, keys, store }: Pick<TestStore, 'redis' | 'keys' | 'store'>,
  jobId: string,
): Promise<void> {
  const before = await store.load(jobId)
  const ended = newSnapshot({ ...before, status: 'canceled' })
  await redis.hset(keys.job(jobId), 'snapshot', JSON.stringify(ended))
  await redis.zrem(keys.open, jobId)
}

it('a job that waited, and was ended by it, is given to no host', async () => {
  const { backlog, dispatch, ...test } = await open()
  const [ended, waits] = [await acceptJob(test.store), await acceptJob(test.store)]
  await endOldWay(test, ended)
  expect(await dispatch(ended)).toEqual({ outcome: 'gone' })
  expect(await backlog.depth()).toBe(1)
  expect(await dispatch(waits)).toMatchObject({ outcome: 'dispatched' })
})

it('a job that had a slot, and was ended by it, gives the slot back', async () => {
  const { backlog, dispatch, reconciler, ...test } = await open()
  const [ended, waits] = [await acceptJob(test.store), await acceptJob(test.store)]
  await dispatch(ended)
  await endOldWay(test, ended)
  expect(await dispatch(waits)).toEqual({ outcome: 'full' })
  await reconciler.sweep()
  expect(await backlog.dispatched('gpu')).toEqual([])
  expect(await dispatch(waits)).toMatchObject({ outcome: 'dispatched' })
})

it('a job that it has accepted is brought home once, whoever finds it, and stays where it then is', async () => {
  const { redis, keys, store, backlog, dispatch } = await open()
  const jobId = await acceptJob(store)
  const stray = { jobId, first: null, hostId: null, until: null, maxStrays: 3 }
  await redis.zrem(keys.backlog('*'), jobId)
  expect(await backlog.restore(stray)).toEqual({ outcome: 'waiting' })
  expect(await dispatch(jobId)).toMatchObject({ outcome: 'dispatched', times: 1 })
  // another process has found it nowhere, too, and says so late
  expect(await backlog.restore(stray)).toEqual({ outcome: 'elsewhere' })
  expect(await backlog.dispatched('gpu')).toEqual([{ jobId, times: 1 }])
  expect(await redis.hget(keys.job(jobId), 'strays')).toBe('1')
})
