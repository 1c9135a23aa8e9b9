import { tellNobody } from '@safelight/runtime'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { watchConnection } from './connection-age.ts'
import { closeRedis, createRedis, whenReady } from './redis.ts'

it('is sure of nothing that was written before the present connection was made', async () => {
  const proxy = await openRedisProxy()
  const redis = createRedis(proxy.url, 'worker', { emit: tellNobody })
  onTestFinished(() => closeRedis(redis))
  const isRemembered = watchConnection(redis, { clocksAgreeMs: 0 })
  expect(isRemembered(Date.now() + 60_000)).toBe(false)
  await whenReady(redis)
  const now = async () => {
    const [seconds, micros] = await redis.time()
    return Number(seconds) * 1_000 + Number(micros) / 1_000
  }
  await expect.poll(async () => isRemembered(await now())).toBe(true)
  const first = await now()
  expect(isRemembered(first)).toBe(true)

  proxy.refuse()
  await expect.poll(() => isRemembered(first)).toBe(false)
  proxy.restore()
  await whenReady(redis)
  await expect.poll(async () => isRemembered(await now())).toBe(true)
  expect(isRemembered(first)).toBe(false)
})
