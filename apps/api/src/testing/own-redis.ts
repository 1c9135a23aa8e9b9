/** A Redis of the test's own, for states that must not be put on a shared one: full, read-only. */
import { tellNobody } from '@safelight/runtime'
import { closeRedis, createRedis, whenReady } from '@safelight/store'
import { findOrStartRedis } from '@safelight/testkit'
import { inject, type TestContext } from 'vitest'

export async function startOwnRedis(skip: TestContext['skip']) {
  if (inject('redisKind') !== 'process') skip('this needs a redis-server that may be broken')
  const server = await findOrStartRedis({ only: 'process' })
  const redis = createRedis(server.url, 'worker', { emit: tellNobody })
  await whenReady(redis)
  return {
    url: server.url,
    redis,
    async close() {
      await closeRedis(redis)
      await server.close()
    },
  }
}
