import { tellNobody } from '@safelight/runtime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isTerminal } from '@safelight/shared'
import { output, progress, status } from '@safelight/testkit'
import { acceptJob, openClient, openRedisProxy, openTestStore } from '@safelight/testkit/vitest'
import { createJobStore } from '../create-job-store.ts'
import { closeRedis, createRedis } from '../redis.ts'

describe('append', () => {
  it('numbers events without gap or duplicate, whoever writes', async () => {
    const { store, redis, keys } = await openTestStore()
    const jobId = await acceptJob(store)
    const other = createJobStore({ redis: await openClient('worker'), emit: tellNobody, keys })
    // each writer starts from the empty job, so all but one of every round must try again
    const known = (await store.load(jobId)) ?? undefined
    const writers = Array.from({ length: 20 }, (_, at) =>
      (at % 2 ? store : other).append(jobId, () => progress(at / 20), known ? { known } : {}),
    )
    const results = await Promise.all(writers)
    expect(results.map((result) => result.outcome)).toEqual(Array(20).fill('appended'))
    const { events, complete } = await store.eventsAfter(jobId, 0)
    expect(complete).toBe(true)
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
    expect(await store.load(jobId)).toMatchObject({ seq: 20, progress: { value: 0.95 } })
    expect(await redis.hget(keys.job(jobId), 'seq')).toBe('20')
  })

  it('refuses a writer whose claim was followed by a newer one', async () => {
    const { store } = await openTestStore()
    const jobId = await acceptJob(store)
    const old = await store.claim(jobId)
    const young = await store.claim(jobId)
    expect(young?.token).toBeGreaterThan(old?.token ?? Infinity)
    const asOld = { token: old?.token ?? -1 }
    expect(await store.append(jobId, () => progress(0.1), asOld)).toEqual({ outcome: 'claim_lost' })
    // also when it believes to know the latest snapshot, and when it would have written nothing
    const known = (await store.load(jobId)) ?? undefined
    const asOldKnowing = { ...asOld, ...(known ? { known } : {}) }
    expect(await store.append(jobId, () => progress(0.1), asOldKnowing)).toEqual({
      outcome: 'claim_lost',
    })
    expect(await store.append(jobId, () => null, asOld)).toEqual({ outcome: 'claim_lost' })
    const asYoung = { token: young?.token ?? -1 }
    expect(await store.append(jobId, () => progress(0.2), asYoung)).toMatchObject({
      outcome: 'appended',
      snapshot: { seq: 1 },
    })
    expect((await store.eventsAfter(jobId, 0)).events).toHaveLength(1)
  })

  it('declines what is not allowed: after the end, against the arrows, or nothing at all', async () => {
    const { store } = await openTestStore()
    const jobId = await acceptJob(store)
    expect(await store.append(jobId, () => status('succeeded'))).toMatchObject({
      outcome: 'declined',
      snapshot: { status: 'queued', seq: 0 },
    })
    expect(await store.append(jobId, () => null)).toMatchObject({ outcome: 'declined' })
    await store.append(jobId, () => status('canceled'))
    expect(await store.append(jobId, () => progress(0.5))).toMatchObject({
      outcome: 'declined',
      snapshot: { status: 'canceled', seq: 1, progress: null },
    })
  })

  it('asks again with the latest snapshot when the known one was old', async () => {
    const { store } = await openTestStore()
    const jobId = await acceptJob(store)
    const known = (await store.load(jobId)) ?? undefined
    await store.append(jobId, () => status('running', { phase: 'preparing' }))
    const seen: string[] = []
    const result = await store.append(
      jobId,
      (snapshot) => {
        seen.push(snapshot.status)
        // what was known allows nothing; the truth does
        return snapshot.status === 'running' ? status('succeeded') : null
      },
      known ? { known } : {},
    )
    expect(seen).toEqual(['queued', 'running'])
    expect(result).toMatchObject({ outcome: 'appended', snapshot: { status: 'succeeded', seq: 2 } })
  })

  it('has exactly one winner when a cancel races with the end', async () => {
    const { store, keys } = await openTestStore()
    const other = createJobStore({ redis: await openClient('worker'), emit: tellNobody, keys })
    const ends: string[] = []
    for (let race = 0; race < 200; race += 1) {
      const jobId = await acceptJob(store)
      await store.append(jobId, () => status('running', { phase: 'executing' }))
      const cancel = () => store.append(jobId, () => status('canceled'))
      const finish = () => other.append(jobId, () => status('succeeded'))
      const results = await Promise.all(race % 2 ? [cancel(), finish()] : [finish(), cancel()])
      expect(results.map((result) => result.outcome).toSorted()).toEqual(['appended', 'declined'])
      const snapshot = await store.load(jobId)
      expect(snapshot?.seq).toBe(2)
      ends.push(snapshot?.status ?? 'none')
    }
    expect(new Set(ends).size).toBeGreaterThan(0)
    expect(ends.every((end) => end === 'canceled' || end === 'succeeded')).toBe(true)
  })

  it('counts an event once whose answer got lost with the connection', async () => {
    const { store, keys } = await openTestStore()
    const jobId = await acceptJob(store)
    const proxy = await openRedisProxy()
    const redis = createRedis(proxy.url, 'worker', { emit: tellNobody })
    onTestFinished(() => closeRedis(redis))
    const shaky = createJobStore({ redis, emit: tellNobody, keys })
    // the script is known to this connection, so the event below is sent in one command
    await shaky.append(jobId, () => progress(0.1))
    const known = (await store.load(jobId)) ?? undefined
    proxy.mute()
    const appending = shaky.append(jobId, () => progress(0.2), known ? { known } : {})
    await expect.poll(async () => (await store.load(jobId))?.seq).toBe(2)
    proxy.release()
    proxy.cut()
    expect(await appending).toMatchObject({ outcome: 'appended', snapshot: { seq: 2 } })
    expect(await store.load(jobId)).toMatchObject({ seq: 2, progress: { value: 0.2 } })
  })

  it('announces each event on the live channel with what it stored', async () => {
    const { store, keys } = await openTestStore()
    const jobId = await acceptJob(store)
    const subscriber = await openClient('subscriber')
    const heard = new Promise((resolve) => {
      subscriber.on('message', (_channel, text) => resolve(JSON.parse(text)))
    })
    await subscriber.subscribe(keys.live(jobId))
    await store.append(jobId, () => progress(0.5))
    expect(await heard).toEqual((await store.eventsAfter(jobId, 0)).events[0])
  })

  it('never stores what nobody could read', async () => {
    const { store } = await openTestStore()
    const jobId = await acceptJob(store)
    await expect(store.append(jobId, () => progress(Number.NaN))).rejects.toThrow(
      'an event with NaN',
    )
    expect(await store.load(jobId)).toMatchObject({ seq: 0, progress: null })
  })
})

describe('the end of a job', () => {
  it('sets how long everything is kept: the record outlasts expiresAt, events go after an hour', async () => {
    const { store, assets, redis, keys } = await openTestStore({ retentionMs: 50_000_000 })
    const jobId = await acceptJob(store)
    const asset = { ...assetOf('a1'), job_id: jobId, file_path: null, tags: [], owner: 'default' }
    await assets.mint(
      { ...asset, hash: `blake3:${'aa'.repeat(32)}`, created_at: 1 },
      { key: await assets.begin(), size: 12 },
    )
    await store.append(jobId, () => status('running', { phase: 'collecting' }))
    await store.append(jobId, () => output('a1'))
    const result = await store.append(jobId, () => status('succeeded'))
    const snapshot = 'snapshot' in result ? result.snapshot : null
    expect(snapshot && isTerminal(snapshot.status)).toBe(true)
    expect(snapshot?.expiresAt).toBe((snapshot?.completedAt ?? 0) + 50_000_000)
    const kept = [keys.job(jobId), keys.workflow(jobId)]
    const ends = await Promise.all(kept.map(async (key) => Date.now() + (await redis.pttl(key))))
    ends.push(Number(await redis.zscore(keys.assetsExpiry, 'a1')))
    for (const end of ends) expect(end).toBeGreaterThan(snapshot?.expiresAt ?? Infinity)
    const stream = await redis.pttl(keys.events(jobId))
    expect(stream).toBeGreaterThan(0)
    expect(stream).toBeLessThanOrEqual(3_600_000)
  })

  it('takes the job off the open ones and its credential out of Redis, in the same step', async () => {
    const { store, redis, keys } = await openTestStore()
    const extraData = { api_key_comfy_org: 'secret' }
    const jobId = await acceptJob(store, { extraData })
    await store.append(jobId, () => status('running', { phase: 'executing' }))
    expect(await redis.get(keys.secrets(jobId))).toBe(JSON.stringify(extraData))
    expect(await redis.pttl(keys.secrets(jobId))).toBeGreaterThan(3_600_000)
    expect(await redis.zrange(keys.open, '0', '-1')).toEqual([jobId])
    await store.append(jobId, () => status('succeeded'))
    expect(await redis.exists(keys.secrets(jobId))).toBe(0)
    expect(await redis.zcard(keys.open)).toBe(0)
  })

  it('leaves nothing of its place in the line, unless it is a dead letter', async () => {
    const { store, redis, keys } = await openTestStore()
    const [done, dead] = [await acceptJob(store), await acceptJob(store)]
    await store.append(done, () => status('canceled'))
    await store.append(dead, () => status('failed', { deadLetter: true }))
    const place = ['needs', 'band', 'cost', 'weight', 'start', 'finish', 'since']
    const left = await redis.hmget(keys.job(done), ...place)
    expect(left.filter((value) => value !== null)).toEqual([])
    expect(await redis.hmget(keys.job(done), 'pool', 'owner')).toEqual(['*', 'default'])
    expect((await redis.hmget(keys.job(dead), ...place)).every((value) => value !== null)).toBe(
      true,
    )
  })

  it('carries expiresAt in the event, so that watchers agree with the record', async () => {
    const { store } = await openTestStore({ retentionMs: 1_234 })
    const jobId = await acceptJob(store)
    await store.append(jobId, () => status('failed'))
    const [event] = (await store.eventsAfter(jobId, 0)).events
    expect(event).toMatchObject({ status: 'failed', expiresAt: (event?.ts ?? 0) + 1_234 })
  })
})

function assetOf(id: string) {
  const body = output(id)
  if (body.type !== 'output') throw new Error('not an output')
  return body.output
}
