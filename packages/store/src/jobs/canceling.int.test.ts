import { status } from '@safelight/testkit'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { openReconciler } from '../testing/open-reconciler.ts'
import { createCanceling } from './canceling.ts'

it('jobs are told of from when their cancel was asked for until their end, whatever it is', async () => {
  const { store, redis, keys } = await openTestStore()
  const canceling = createCanceling({ redis, keys })
  expect(await canceling.look()).toEqual({ jobs: 0, oldestAt: null })
  const ends = ['canceled', 'succeeded', 'failed'] as const
  const jobIds: string[] = []
  let firstAt: number | null = null
  for (const _ of ends) {
    const jobId = await acceptJob(store)
    await store.append(jobId, () => status('running', { phase: 'executing', attempt: 1 }))
    const result = await store.append(jobId, () => status('canceling', { phase: 'executing' }))
    firstAt ??= 'snapshot' in result ? result.snapshot.updatedAt : null
    jobIds.push(jobId)
  }
  // asked again, or heard of from its host: since when stays as it was
  await store.append(jobIds[0] ?? '', () => status('canceling', { phase: 'submitted' }))
  expect(await canceling.look()).toEqual({ jobs: 3, oldestAt: firstAt })
  for (const [at, end] of ends.entries()) await store.append(jobIds[at] ?? '', () => status(end))
  expect(await canceling.look()).toEqual({ jobs: 0, oldestAt: null })
  expect(await redis.exists(keys.canceling)).toBe(0)
})

it('a job that is asked and ended in one step, or is over at once, was never among them', async () => {
  const { store, redis, keys } = await openTestStore()
  const [waits, runs] = [await acceptJob(store), await acceptJob(store)]
  await store.append(waits, () => status('canceled'))
  await store.append(runs, () => status('running', { phase: 'executing', attempt: 1 }))
  await store.append(runs, () => [status('canceling', { phase: null }), status('canceled')])
  expect(await redis.exists(keys.canceling)).toBe(0)
})

it('those that an older version has ended are forgotten by the next sweep', async () => {
  const { reconciler, redis, keys, store, accept } = await openReconciler()
  const jobId = await accept()
  await store.append(jobId, () => status('running', { phase: 'executing', attempt: 1 }))
  await store.append(jobId, () => status('canceling', { phase: 'executing' }))
  await redis.zadd(keys.canceling, 1, 'ended-elsewhere')
  await reconciler.sweep()
  expect(await redis.zrange(keys.canceling, '0', '-1')).toEqual([jobId])
})
