import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { createJobStore } from './create-job-store.ts'
import { createKeys } from './keys.ts'
import { type CommonEvents, type Emit, tellNobody } from '@safelight/runtime'
import { until } from '@safelight/testkit'
import { openClient, openRedisProxy, openRedisUser } from '@safelight/testkit/vitest'
import { closeRedis, createRedis, type RedisRole, whenReady } from './redis.ts'
import { outageOf } from './redis-telling.ts'
import { RedisUnavailable } from './redis-unavailable.ts'

/** Longer than any limit the roles set: a test that waits this long has found a hang. */
const soon = () => AbortSignal.timeout(60_000)

describe('the api role', () => {
  it('fails at once while Redis is away, and works as soon as it is there', async () => {
    const proxy = await openRedisProxy({ refuses: true })
    // however patient it is with one that is there
    const redis = open(proxy.url, 'api', 600_000)
    const store = createJobStore({ redis, emit: tellNobody, keys: createKeys('t-away') })
    await expect(store.load('job')).rejects.toMatchObject({ code: 'unavailable' })
    proxy.restore()
    await whenReady(redis, soon())
    expect(await store.load('job')).toBeNull()
  })

  it('gives up on a Redis that takes connections but does not answer', async () => {
    const proxy = await openRedisProxy()
    const redis = open(proxy.url, 'api', 200)
    await whenReady(redis, soon())
    const store = createJobStore({ redis, emit: tellNobody, keys: createKeys('t-mute') })
    expect(await store.load('job')).toBeNull()
    proxy.mute()
    const failure: unknown = await store.load('job').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RedisUnavailable)
  })

  it('takes no reply for lost that came while the process was too busy to read it', async () => {
    const redis = open(inject('redisUrl'), 'api', 100)
    await whenReady(redis, soon())
    const replies = [redis.ping(), redis.ping('here'), redis.multi().ping().ping('there').exec()]
    await new Promise((resolve) => setImmediate(resolve))
    const busyUntil = performance.now() + 400
    while (performance.now() < busyUntil);
    expect(await Promise.all(replies)).toEqual([
      'PONG',
      'here',
      [
        [null, 'PONG'],
        [null, 'there'],
      ],
    ])
  })
})

describe('the worker role', () => {
  it('waits out an outage: what was asked meanwhile is answered afterwards', async () => {
    const proxy = await openRedisProxy({ refuses: true })
    const redis = open(proxy.url, 'worker')
    const answer = redis.ping()
    proxy.restore()
    expect(await answer).toBe('PONG')
  })
})

describe('the subscriber role', () => {
  it('hears again after a lost connection without being told', async () => {
    const proxy = await openRedisProxy()
    const subscriber = open(proxy.url, 'subscriber')
    const publisher = await openClient('worker')
    const channel = createKeys('t-subscriber').control
    await subscriber.subscribe(channel)
    const back = once(subscriber, 'ready', { signal: soon() })
    proxy.cut()
    await back
    const heard: string[][] = []
    subscriber.on('message', (...message: string[]) => void heard.push(message))
    // the subscription is restored right after `ready`, and a server may still count the lost one: said until it is heard
    await until(async () => {
      await publisher.publish(channel, 'hello')
      return heard.length > 0
    })
    expect(heard[0]).toEqual([channel, 'hello'])
  })
})

describe('whenReady', () => {
  it('rejects when it is told to stop waiting, and leaves no listener', async () => {
    const proxy = await openRedisProxy({ refuses: true })
    const redis = open(proxy.url, 'api')
    const before = redis.listenerCount('ready')
    const stop = new AbortController()
    const waiting = whenReady(redis, stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(redis.listenerCount('ready')).toBe(before)
  })

  it('rejects when the client was closed', async () => {
    const proxy = await openRedisProxy({ refuses: true })
    const redis = open(proxy.url, 'worker')
    const waiting = whenReady(redis, soon())
    await closeRedis(redis)
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
    await expect(whenReady(redis, soon())).rejects.toMatchObject({ code: 'unavailable' })
  })
})

it('lets go at once of a Redis that hangs, and does not say goodbye', async () => {
  const held = new Set<Socket>()
  // as the machine of a process that was stopped: whatever is sent is taken, and nothing comes back, no end either
  const server = createServer({ allowHalfOpen: true }, (socket) => held.add(socket.resume()))
  onTestFinished(async () => {
    for (const socket of held) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const redis = open(`redis://127.0.0.1:${port}`, 'worker', 600_000)
  await once(redis, 'connect')
  const leftAt = performance.now()
  redis.disconnect()
  await once(redis, 'end')
  // the library would wait for two seconds
  expect(performance.now() - leftAt).toBeLessThan(1_500)
})

it('tells that Redis is away once, and once that it is back', async () => {
  const told: unknown[] = []
  const emit: Emit<CommonEvents> = (...event) => void told.push(event)
  const proxy = await openRedisProxy({ refuses: true })
  const redis = createRedis(proxy.url, 'worker', { emit })
  onTestFinished(() => closeRedis(redis))
  let tries = 0
  redis.on('reconnecting', () => void (tries += 1))
  await expect.poll(() => tries).toBeGreaterThanOrEqual(3)
  const away = ['redis:away', { role: 'worker', error: expect.any(Error), why: 'away' }]
  expect(told).toEqual([away])
  proxy.restore()
  await whenReady(redis, soon())
  expect(told).toEqual([away, ['redis:back', { role: 'worker', awayMs: expect.any(Number) }]])
})

it('tells once of each cause of an outage, and why at any moment', async ({ skip }) => {
  const { acl, urlOf } = await openRedisUser(skip, 'one-secret')
  const proxy = await openRedisProxy({ refuses: true })
  const told: string[] = []
  const emit: Emit<CommonEvents> = (name, body) =>
    void told.push([name, ...('why' in body ? [body.why] : [])].join(' '))
  const redis = createRedis(urlOf(proxy.url), 'worker', { emit })
  onTestFinished(() => closeRedis(redis))
  await expect.poll(() => told).toEqual(['redis:away away'])
  expect(outageOf(redis)).toBe('away')
  // a worker's question waits for whatever comes
  const answer = redis.ping()

  // whoever mends it has changed the password meanwhile
  await acl('resetpass', '>other-secret')
  proxy.restore()
  await expect.poll(() => outageOf(redis)).toBe('denied')
  let tries = 0
  redis.on('reconnecting', () => void (tries += 1))
  await expect.poll(() => tries, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
  expect(new Set(told)).toEqual(
    new Set(['redis:away away', 'redis:failed denied', 'redis:away denied']),
  )
  expect(told.filter((line) => line.startsWith('redis:away'))).toHaveLength(2)

  await acl('>one-secret')
  await whenReady(redis, soon())
  expect(told.at(-1)).toBe('redis:back')
  expect(await answer).toBe('PONG')
  expect(outageOf(redis)).toBe('away')
})

it('tells what Redis replied to a command that it refused, of a copy of a client as well', async ({
  skip,
}) => {
  const { acl, urlOf } = await openRedisUser(skip, 'secret')
  await acl('-bzpopmin')
  const told: unknown[] = []
  const emit: Emit<CommonEvents> = (...event) => void told.push(event)
  const redis = createRedis(urlOf(inject('redisUrl')), 'worker', { emit })
  onTestFinished(() => closeRedis(redis))
  const refused = ['redis:failed', { role: 'worker', why: 'denied', reply: 'NOPERM' }]
  await expect(redis.bzpopmin('t-copies', 1)).rejects.toThrow('NOPERM')
  expect(told).toEqual([refused])
  // a transaction falls for what one of its commands was refused for, and that is told
  await expect(redis.multi().bzpopmin('t-copies', 1).ping().exec()).rejects.toThrow('EXECABORT')
  expect(told.splice(1)).toEqual([refused])
  // as BullMQ waits for tickets
  const copy = redis.duplicate()
  copy.on('error', () => undefined)
  onTestFinished(() => copy.disconnect())
  await expect(copy.bzpopmin('t-copies', 1)).rejects.toThrow('NOPERM')
  expect(told).toEqual([refused, refused])
})

function open(url: string, role: RedisRole, redisCommandMs = 2_000): Redis {
  const redis = createRedis(url, role, { emit: tellNobody, timings: { redisCommandMs } })
  onTestFinished(() => closeRedis(redis))
  return redis
}
