import { randomUUID } from 'node:crypto'
import type { Snapshot } from '@safelight/shared'
import {
  closeRedis,
  createJobStore,
  createKeys,
  createLogger,
  createRedis,
  createScope,
  decodePreview,
  type JobStore,
  RedisUnavailable,
  whenReady,
} from '@safelight/shared/server'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { createTold } from '../testing/feed-client.ts'
import { progressed, RUNNING, SUCCEEDED, smallJob, WORKFLOW } from '../testing/play-worker.ts'
import { startRedisProxy } from '../testing/redis-proxy.ts'
import { until } from '../testing/until.ts'
import { createFeed, type FeedDeps } from './feed.ts'

const scopes: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const scope of scopes.splice(0)) await scope.close()
})

/** A feed with its own connections, reached through a proxy that can fail. */
async function start(patch: Partial<FeedDeps> = {}) {
  const scope = createScope('feed test')
  scopes.push(scope)
  const log = createLogger({ level: 'silent', name: 'test' })
  const keys = createKeys(`t-${randomUUID()}`)
  const proxy = await startRedisProxy(inject('redisUrl'))
  scope.defer(() => proxy.close())
  const open = (url: string, role: 'api' | 'worker' | 'subscriber') => {
    const redis = createRedis(url, role, { log })
    scope.defer(() => closeRedis(redis))
    return redis
  }
  const direct = open(inject('redisUrl'), 'worker')
  const subscriber = open(proxy.url, 'subscriber')
  const reading = open(proxy.url, 'api')
  await Promise.all([direct, subscriber, reading].map((redis) => whenReady(redis)))
  const store = createJobStore({ redis: direct, keys })
  const feed = scope.use(
    createFeed({
      subscriber,
      store: createJobStore({ redis: reading, keys }),
      keys,
      decodePreview,
      failed: () => undefined,
      ...patch,
    }),
  )
  const countListeners = async (channel: string) => {
    const [, count] = await direct.pubsub('NUMSUB', channel)
    return Number(count)
  }
  return { scope, keys, proxy, direct, subscriber, store, feed, countListeners }
}

async function accept(store: JobStore): Promise<string> {
  const jobId = randomUUID()
  await store.accept({
    jobId,
    workflow: WORKFLOW,
    priority: 0,
    metadata: null,
    idempotencyKey: null,
  })
  return jobId
}

async function write(store: JobStore, jobId: string, bodies: ReturnType<typeof smallJob>) {
  let last: Snapshot | null = null
  for (const body of bodies) {
    const result = await store.append(jobId, () => body)
    if (!('snapshot' in result)) throw new Error(result.outcome)
    last = result.snapshot
  }
  return last
}

const seqs = (events: { seq: number }[]) => events.map(({ seq }) => seq)
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('a watcher', () => {
  it('there from the start is told every event once, in order', async () => {
    const { store, feed } = await start()
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    const end = await write(store, jobId, smallJob('o', 40))
    await until(() => told.snapshot?.seq === end?.seq)
    expect(seqs(told.events)).toEqual(range(1, end?.seq ?? 0))
    expect(told.snapshot).toEqual(end)
    expect(told.resyncs).toEqual([])
  })

  it('joining at any moment of a running job ends with what everybody has', async () => {
    const { store, feed } = await start()
    const jobId = await accept(store)
    const all = Array.from({ length: 20 }, () => createTold())
    const joins: Promise<unknown>[] = []
    let at = 0
    for (const body of smallJob('o', 60)) {
      const joining = at % 3 === 0 ? all[at / 3] : undefined
      if (joining) joins.push(feed.watch({ jobId, watcher: joining }))
      await store.append(jobId, () => body)
      at += 1
    }
    await Promise.all(joins)
    const end = await store.load(jobId)
    for (const told of all) {
      await until(() => told.snapshot?.status === 'succeeded')
      expect(told.snapshot).toEqual(end)
      // no hole between what it was opened with and what came after
      expect(seqs(told.events)).toEqual(
        range((end?.seq ?? 0) - told.events.length + 1, end?.seq ?? 0),
      )
      expect(told.resyncs).toEqual([])
    }
  })

  it('coming back with the last seq it holds gets exactly what it missed', async () => {
    const { store, feed } = await start()
    const jobId = await accept(store)
    const held = await write(store, jobId, smallJob('o').slice(0, 3))
    await write(store, jobId, smallJob('o').slice(3, 6))
    const told = createTold(held)
    await feed.watch({ jobId, watcher: told, afterSeq: 3 })
    expect(seqs(told.missed ?? [])).toEqual([4, 5, 6])
    const end = await write(store, jobId, smallJob('o').slice(6))
    await until(() => told.snapshot?.seq === end?.seq)
    expect(told.snapshot).toEqual(end)
  })

  it('whose missed events are no longer kept gets the snapshot instead', async () => {
    const { store, feed, keys, direct } = await start()
    const jobId = await accept(store)
    await write(store, jobId, smallJob('o').slice(0, 5))
    await direct.xtrim(keys.events(jobId), 'MAXLEN', 1)
    const told = createTold()
    await feed.watch({ jobId, watcher: told, afterSeq: 2 })
    expect(told.missed).toBeNull()
    expect(told.snapshot?.seq).toBe(5)
  })

  it('that claims to be ahead is put right', async () => {
    const { store, feed } = await start()
    const jobId = await accept(store)
    await write(store, jobId, [RUNNING])
    const told = createTold()
    await feed.watch({ jobId, watcher: told, afterSeq: 99 })
    expect([told.missed, told.snapshot?.seq]).toEqual([null, 1])
  })

  it('of a job that has ended is told so without a subscription', async () => {
    const { store, feed, keys, countListeners } = await start()
    const jobId = await accept(store)
    const end = await write(store, jobId, smallJob('o'))
    const told = createTold()
    const watch = await feed.watch({ jobId, watcher: told, afterSeq: 0 })
    expect(seqs(told.missed ?? [])).toEqual(range(1, end?.seq ?? 0))
    expect(await countListeners(keys.live(jobId))).toBe(0)
    watch?.close()
    expect(feed.size).toBe(0)
  })

  it('of a job that does not exist gets null and leaves nothing behind', async () => {
    const { feed } = await start()
    const told = createTold()
    expect(await feed.watch({ jobId: 'nothing', watcher: told })).toBeNull()
    expect([told.opened, feed.size]).toEqual([0, 0])
  })
})

describe('the subscription', () => {
  it('is one per job however many watch, and goes some time after the last one', async () => {
    const { store, feed, keys, countListeners } = await start({ graceMs: 50 })
    const jobId = await accept(store)
    const watches = await Promise.all(
      Array.from({ length: 5 }, () => feed.watch({ jobId, watcher: createTold() })),
    )
    expect([feed.size, await countListeners(keys.live(jobId))]).toEqual([1, 1])
    for (const watch of watches) watch?.close()
    expect(feed.size).toBe(1)
    await until(async () => feed.size === 0 && (await countListeners(keys.live(jobId))) === 0)
  })

  it('is kept for whoever comes straight back', async () => {
    const { store, feed, keys, countListeners } = await start({ graceMs: 200 })
    const [jobId, other] = [await accept(store), await accept(store)]
    const first = await feed.watch({ jobId, watcher: createTold() })
    first?.close()
    first?.close()
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    // left later than ours: when it has been given up, ours would have been too
    const later = await feed.watch({ jobId: other, watcher: createTold() })
    later?.close()
    await until(async () => (await countListeners(keys.live(other))) === 0)
    expect(await countListeners(keys.live(jobId))).toBe(1)
    await write(store, jobId, [RUNNING])
    await until(() => told.events.length === 1)
  })
})

describe('when messages are lost', () => {
  it('a gap is filled from the stream', async () => {
    const { store, feed, keys, direct } = await start()
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    await write(store, jobId, [RUNNING])
    await until(() => told.events.length === 1)
    // two events that are stored and never announced
    const channel = keys.live(jobId)
    await loseAnnouncements({ store, jobId, channel, direct })
    await write(store, jobId, [progressed(0.5)])
    await until(() => told.snapshot?.seq === 4)
    expect(seqs(told.events)).toEqual([1, 2, 3, 4])
  })

  it('the end of a job is found by the slow check', async () => {
    const { store, feed, keys, direct } = await start({ recheckMs: 50 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    await loseAnnouncements({ store, jobId, channel: keys.live(jobId), direct, end: true })
    await until(() => told.snapshot?.status === 'succeeded')
    expect(seqs(told.events)).toEqual([1, 2, 3])
  })

  it('a connection that breaks and comes back leaves no hole', async () => {
    const { store, feed, proxy } = await start({ recheckMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    const bodies = smallJob('o', 200)
    for (const [at, body] of bodies.entries()) {
      if (at === 50 || at === 120) proxy.cut()
      await store.append(jobId, () => body)
    }
    await until(() => told.snapshot?.status === 'succeeded')
    expect(seqs(told.events)).toEqual(range(1, bodies.length))
    expect(told.snapshot).toEqual(await store.load(jobId))
  })

  it('an outage during which the job ended is made up for when Redis is back', async () => {
    const { store, feed, proxy } = await start({ recheckMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    proxy.refuse()
    const end = await write(store, jobId, smallJob('o', 10))
    proxy.restore()
    await until(() => told.snapshot?.status === 'succeeded')
    expect(told.snapshot).toEqual(end)
  })

  it('what the stream no longer holds comes as one snapshot', async () => {
    const { store, feed, proxy, keys, direct } = await start({ recheckMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    proxy.refuse()
    await write(store, jobId, smallJob('o', 10))
    await direct.xtrim(keys.events(jobId), 'MAXLEN', 2)
    proxy.restore()
    await until(() => told.snapshot?.status === 'succeeded')
    expect(told.resyncs).toHaveLength(1)
    expect(told.snapshot).toEqual(await store.load(jobId))
  })

  it('a Redis that lost writes rules over what was told', async () => {
    const { store, feed, keys, direct } = await start({ recheckMs: 50 })
    const jobId = await accept(store)
    const before = await direct.hgetall(keys.job(jobId))
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    await write(store, jobId, [RUNNING, progressed(0.5)])
    await until(() => told.snapshot?.seq === 2)
    await direct.del(keys.events(jobId))
    await direct.hset(keys.job(jobId), before)
    await until(() => told.snapshot?.seq === 0)
    await write(store, jobId, [RUNNING])
    await until(() => told.snapshot?.seq === 1)
    expect(told.snapshot).toEqual(await store.load(jobId))
  })

  it('a watch asked for during an outage fails, and the next one works', async () => {
    const { store, feed, proxy } = await start()
    const jobId = await accept(store)
    proxy.refuse()
    await expect(feed.watch({ jobId, watcher: createTold() })).rejects.toBeInstanceOf(
      RedisUnavailable,
    )
    expect(feed.size).toBe(0)
    proxy.restore()
    const told = createTold()
    await until(async () => {
      const watch = await feed.watch({ jobId, watcher: told }).catch(() => null)
      return watch !== null
    })
    await write(store, jobId, [RUNNING, SUCCEEDED])
    await until(() => told.snapshot?.status === 'succeeded')
  })

  it('survives Redis closing its connection', async ({ skip }) => {
    if (inject('redisKind') === 'embedded') skip('the embedded Redis has no CLIENT KILL')
    const { store, feed, direct, subscriber } = await start({ recheckMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    const bodies = smallJob('o', 150)
    for (const [at, body] of bodies.entries()) {
      // by id, not by type: other tests listen on the same Redis
      if (at === 40 || at === 90) await direct.client('KILL', 'ID', await subscriber.client('ID'))
      await store.append(jobId, () => body)
    }
    await until(() => told.snapshot?.status === 'succeeded')
    expect(seqs(told.events)).toEqual(range(1, bodies.length))
  })
})

describe('previews', () => {
  const frame = (text: string) => ({
    nodeId: '3',
    contentType: 'image/jpeg',
    data: new TextEncoder().encode(text),
  })

  it('come to who asked: the last one first, then the new ones', async () => {
    const { store, feed, keys, countListeners } = await start()
    const jobId = await accept(store)
    await write(store, jobId, [RUNNING])
    await store.publishPreview(jobId, frame('first'))
    const [asked, other] = [createTold(), createTold()]
    const watch = await feed.watch({ jobId, watcher: asked, previews: true })
    await feed.watch({ jobId, watcher: other })
    await until(() => asked.previews.length === 1)
    await until(async () => (await countListeners(keys.previews(jobId))) === 1)
    await store.publishPreview(jobId, frame('second'))
    await until(() => asked.previews.length === 2)
    expect(asked.previews).toEqual([frame('first'), frame('second')])
    expect(other.previews).toEqual([])
    watch?.close()
    await until(async () => (await countListeners(keys.previews(jobId))) === 0)
  })

  it('that are not frames are ignored', async () => {
    const { store, feed, keys, direct, countListeners } = await start()
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told, previews: true })
    await until(async () => (await countListeners(keys.previews(jobId))) === 1)
    await direct.publish(keys.previews(jobId), 'nonsense')
    await direct.publish(keys.live(jobId), 'nonsense')
    await store.publishPreview(jobId, frame('good'))
    await until(() => told.previews.length === 1)
    await write(store, jobId, [RUNNING])
    await until(() => told.snapshot?.status === 'running')
    expect([told.previews, told.resyncs]).toEqual([[frame('good')], []])
  })
})

interface Loss {
  store: JobStore
  jobId: string
  channel: string
  direct: ReturnType<typeof createRedis>
  end?: boolean
}

/** Appends under another live channel, as if Redis had dropped the announcements. */
async function loseAnnouncements({ jobId, channel, direct, end = false }: Loss): Promise<void> {
  const namespace = /^\{(.+?)\}/.exec(channel)?.[1] ?? ''
  const deaf = createJobStore({
    redis: direct,
    keys: { ...createKeys(namespace), live: () => 'x' },
  })
  const bodies = end ? [RUNNING, progressed(0.2), SUCCEEDED] : [progressed(0.2), progressed(0.3)]
  await write(deaf, jobId, bodies)
}
