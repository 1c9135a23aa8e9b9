/** One Redis for the whole test run, found or started; every test takes its own namespace in it. */
import type { ProvidedContext } from 'vitest'
import type { TestProject } from 'vitest/node'
import { readTestConfig } from '../config.ts'
import { findOrStartRedis } from '../redis/find-or-start-redis.ts'
import { bundleMains } from '../stack/mains.ts'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const config = readTestConfig()
  await bundleMains()
  const redis = await findOrStartRedis({
    ...(config.redisUrl ? { url: config.redisUrl } : {}),
    ...(config.redisKind ? { only: config.redisKind } : {}),
    log: (line) => project.vitest.logger.log(line),
  })
  if (config.requireAll && redis.kind === 'embedded') {
    await redis.close()
    throw new Error('SAFELIGHT_REQUIRE_ALL=1 needs a real Redis, and only the embedded one is here')
  }
  const provided: Omit<ProvidedContext, 'browserDoor'> = {
    redisUrl: redis.url,
    redisKind: redis.kind,
    requireAll: config.requireAll,
  }
  project.provide('redisUrl', provided.redisUrl)
  project.provide('redisKind', provided.redisKind)
  project.provide('requireAll', provided.requireAll)
  return () => redis.close()
}
