import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { createJobStore } from './create-job-store.ts'
import { createKeys } from './keys.ts'
import { createLogger } from '@safelight/runtime'
import { openClient, openRedisProxy, silent } from '@safelight/testkit/vitest'
import { closeRedis, createRedis, type RedisRole, whenReady } from './redis.ts'
import { RedisUnavailable } from './redis-unavailable.ts'

/** Longer than any limit the roles set: a test that waits this long has found a hang. */
const soon = () => AbortSignal.timeout(60_000)

describe('the api role', () => {
  it('fails at once while Redis is away, and works as soon as it is there', async () => {
    const proxy = await openRedisProxy({ refuses: true })
    // however patient it is with one that is there
    const redis = open(proxy.url, 'api', 600_000)
    const store = createJobStore({ redis, keys: createKeys('t-away') })
    await expect(store.load('job')).rejects.toMatchObject({ code: 'unavailable' })
    proxy.restore()
    await whenReady(redis, soon())
    expect(await store.load('job')).toBeNull()
  })

  it('gives up on a Redis that takes connections but does not answer', async () => {
    const proxy = await openRedisProxy()
    const redis = open(proxy.url, 'api', 200)
    await whenReady(redis, soon())
    const store = createJobStore({ redis, keys: createKeys('t-mute') })
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
    const limit = soon()
    const heard = once(subscriber, 'message', { signal: limit })
    // the subscription is restored right after `ready`: keep saying it until somebody listens
    while ((await publisher.publish(channel, 'hello')) === 0) limit.throwIfAborted()
    expect(await heard).toEqual([channel, 'hello'])
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

it('logs that Redis is away once, and once that it is back', async () => {
  const lines: string[] = []
  const log = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => void lines.push(line) },
  })
  const proxy = await openRedisProxy({ refuses: true })
  const redis = createRedis(proxy.url, 'worker', { log })
  onTestFinished(() => closeRedis(redis))
  let tries = 0
  redis.on('reconnecting', () => void (tries += 1))
  await expect.poll(() => tries).toBeGreaterThanOrEqual(3)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('Redis is away')
  proxy.restore()
  await whenReady(redis, soon())
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('Redis is back')
})

function open(url: string, role: RedisRole, redisCommandMs = 2_000): Redis {
  const redis = createRedis(url, role, { log: silent, timings: { redisCommandMs } })
  onTestFinished(() => closeRedis(redis))
  return redis
}
