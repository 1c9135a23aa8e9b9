import { describe, expect, it } from 'vitest'
import { type JobEvent, jobEventSchema, reduceJob, type Snapshot } from '@safelight/shared'
import { progress, status } from '@safelight/testkit'
import { acceptJob, openClient, openTestStore, type TestStore } from '@safelight/testkit/vitest'

describe('eventsAfter', () => {
  it('gives what came after the number, oldest first, and says that it is all', async () => {
    const { store } = await openTestStore()
    const jobId = await acceptJob(store)
    for (const value of [0.1, 0.2, 0.3]) await store.append(jobId, () => progress(value))
    const late = await store.eventsAfter(jobId, 1)
    expect(late.complete).toBe(true)
    expect(late.events.map((event) => event.seq)).toEqual([2, 3])
    expect(await store.eventsAfter(jobId, 3)).toEqual({ events: [], complete: true })
  })

  it('says that events are missing when the oldest were trimmed', async () => {
    const { store, redis, keys } = await openTestStore()
    const jobId = await acceptJob(store)
    for (let at = 1; at <= 10; at += 1) await store.append(jobId, () => progress(at / 20))
    await redis.xtrim(keys.events(jobId), 'MAXLEN', 4)
    const trimmed = await store.eventsAfter(jobId, 2)
    expect(trimmed.complete).toBe(false)
    expect(trimmed.events.map((event) => event.seq)).toEqual([7, 8, 9, 10])
    expect((await store.eventsAfter(jobId, 6)).complete).toBe(true)
  })

  it('says so when the stream has expired, but not to who has seen everything', async () => {
    const { store, redis, keys } = await openTestStore()
    const jobId = await acceptJob(store)
    await store.append(jobId, () => status('canceled'))
    await redis.del(keys.events(jobId))
    expect(await store.eventsAfter(jobId, 0)).toEqual({ events: [], complete: false })
    expect(await store.eventsAfter(jobId, 1)).toEqual({ events: [], complete: true })
  })

  it('says so when Redis lost what the reader has seen, and when the job is gone', async () => {
    const { store } = await openTestStore()
    const jobId = await acceptJob(store)
    await store.append(jobId, () => progress(0.1))
    expect(await store.eventsAfter(jobId, 9)).toEqual({ events: [], complete: false })
    expect(await store.eventsAfter('nobody', 0)).toEqual({ events: [], complete: false })
  })

  it('keeps a bounded number of events', async () => {
    const { store, redis, keys } = await openTestStore()
    const jobId = await acceptJob(store)
    for (let at = 0; at < 800; at += 1) await store.append(jobId, () => progress(at / 1_000))
    expect(await redis.xlen(keys.events(jobId))).toBeLessThan(700)
    expect((await store.load(jobId))?.seq).toBe(800)
  })
})

it('shows a watcher that subscribes and then reads every event once, in order', async () => {
  const test = await openTestStore()
  const jobId = await acceptJob(test.store)
  const total = 120
  const writing = (async () => {
    for (let at = 1; at < total; at += 1) {
      await test.store.append(jobId, () => progress(at / total))
      // let watchers get in between
      await new Promise((resolve) => setImmediate(resolve))
    }
    await test.store.append(jobId, () => status('canceled'))
  })()
  const watchers = await Promise.all(
    Array.from({ length: 6 }, (_, at) => watch(test, jobId, at * 15)),
  )
  await writing
  const truth = await test.store.load(jobId)
  for (const { events, snapshot } of watchers) {
    const { first, seqs } = { first: snapshot.seq + 1, seqs: events.map((event) => event.seq) }
    expect(seqs).toEqual(Array.from({ length: total - snapshot.seq }, (_, at) => first + at))
    expect(events.reduce(reduceJob, snapshot)).toEqual(truth)
  }
  // at least one came in the middle: otherwise this shows nothing
  expect(watchers.some(({ snapshot }) => snapshot.seq > 0 && snapshot.seq < total)).toBe(true)
})

/** Subscribe, then read, then forward what is newer: what the gateway does. */
async function watch({ keys, store }: TestStore, jobId: string, joinAtSeq: number) {
  while (((await store.load(jobId))?.seq ?? 0) < joinAtSeq) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  const subscriber = await openClient('subscriber')
  const heard: JobEvent[] = []
  const ended = new Promise<void>((resolve) => {
    subscriber.on('message', (_channel, text) => {
      const event = jobEventSchema.parse(JSON.parse(text))
      heard.push(event)
      if (event.type === 'status') resolve()
    })
  })
  await subscriber.subscribe(keys.live(jobId))
  const snapshot: Snapshot | null = await store.load(jobId)
  if (!snapshot) throw new Error('the job is gone')
  const missed = await store.eventsAfter(jobId, snapshot.seq)
  if (!snapshot.completedAt) await ended
  const last = missed.events.at(-1)?.seq ?? snapshot.seq
  return { snapshot, events: [...missed.events, ...heard.filter((event) => event.seq > last)] }
}
