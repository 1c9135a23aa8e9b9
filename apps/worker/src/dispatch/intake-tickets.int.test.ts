import { randomUUID } from 'node:crypto'
import { createLogger, systemClock, tellNobody } from '@safelight/runtime'
import { closeRedis, createKeys, createRedis, whenReady } from '@safelight/store'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { openIntakeTickets } from './intake-tickets.ts'

const FOR_EVER_MS = 600_000

it('is closed in the middle of an outage, whoever waits for a ticket', async () => {
  const proxy = await openRedisProxy()
  const redis = createRedis(proxy.url, 'worker', { emit: tellNobody })
  await whenReady(redis)
  const intake = await openIntakeTickets({
    redis,
    keys: createKeys(randomUUID()),
    pool: 'any',
    name: 'worker-1',
    timings: { lockMs: 10_000, takeEveryMs: FOR_EVER_MS, lostTicketsEveryMs: 10_000 },
    clock: systemClock,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  const taking = intake.take()
  proxy.refuse()
  await expect.poll(() => redis.status).toBe('reconnecting')
  await intake.close()
  expect(await taking).toBeNull()
  await closeRedis(redis)
})
