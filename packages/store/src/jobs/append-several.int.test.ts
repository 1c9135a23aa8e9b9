import { expect, it } from 'vitest'
import { output, progress, status } from '@safelight/testkit'
import { acceptJob, openClient, openTestStore } from '@safelight/testkit/vitest'
import { inTurn } from './next-events.ts'

it('writes several events in one step, each with its own number, and the snapshot once', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const subscriber = await openClient('subscriber')
  const heard: unknown[] = []
  subscriber.on('message', (_channel, text) => heard.push(JSON.parse(text)))
  await subscriber.subscribe(keys.live(jobId))
  const result = await store.append(jobId, () => [
    status('running', { phase: 'executing', attempt: 1 }),
    progress(0.5),
    output('a1'),
  ])
  expect(result).toMatchObject({ outcome: 'appended', snapshot: { status: 'running', seq: 3 } })
  expect(await store.load(jobId)).toEqual('snapshot' in result && result.snapshot)
  const { events, complete } = await store.eventsAfter(jobId, 0)
  expect(complete).toBe(true)
  expect(events.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'status'],
    [2, 'progress'],
    [3, 'output'],
  ])
  expect(events.map(({ follows }) => follows).slice(1)).toEqual(
    events.map(({ stamp }) => stamp).slice(0, -1),
  )
  expect(await redis.hmget(keys.job(jobId), 'seq', 'stamp')).toEqual(['3', events[2]?.stamp])
  await expect.poll(() => heard).toEqual(events)
  // a reader in the middle of them misses the rest only
  expect((await store.eventsAfter(jobId, 2)).events).toEqual(events.slice(2))
})

it('ends a job with what came last, in one step', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  await store.append(jobId, () => status('running', { phase: 'collecting' }))
  await store.append(jobId, () => [output('a1'), progress(1), status('succeeded')])
  expect(await store.load(jobId)).toMatchObject({ status: 'succeeded', seq: 4, outputs: [{}] })
  expect(await redis.zcard(keys.open)).toBe(0)
  expect(await redis.pttl(keys.job(jobId))).toBeGreaterThan(0)
})

it('writes nothing of several that follows what is not allowed', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  // a queued job cannot succeed, so its bar is not full either
  await store.append(jobId, () => [progress(0.5), status('succeeded'), progress(1)])
  expect(await store.load(jobId)).toMatchObject({
    status: 'queued',
    seq: 1,
    progress: { value: 0.5 },
  })
  await store.append(jobId, () => [status('canceled'), progress(1)])
  expect(await store.load(jobId)).toMatchObject({ status: 'canceled', seq: 2 })
  expect(await store.append(jobId, () => [])).toMatchObject({ outcome: 'declined' })
})

it('decides one after the other, each on what those before it make of the job', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const seen: string[] = []
  const decide = inTurn(
    () => status('running', { phase: 'preparing' }),
    () => null,
    (snapshot) => {
      seen.push(snapshot.status)
      return [progress(0.5), output('a')]
    },
    (snapshot) => (snapshot.outputs.length === 1 ? status('succeeded') : null),
  )
  expect(await store.append(jobId, decide)).toMatchObject({
    outcome: 'appended',
    snapshot: { status: 'succeeded', seq: 4 },
  })
  expect(seen).toEqual(['running'])
})
