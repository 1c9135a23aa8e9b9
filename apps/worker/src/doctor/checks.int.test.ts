/** That the doctor of a worker asks Redis what that of an API does, and for the hosts of its own list. */
import { ConfigError, tellNobody } from '@safelight/runtime'
import { closeRedis, createHostRegistry, createKeys, createRedis } from '@safelight/store'
import { findOrStartRedis, newHostReport } from '@safelight/testkit'
import { expect, inject, it, onTestFinished } from 'vitest'
import { loadWorkerConfig } from '../config.ts'
import { workerChecks } from './checks.ts'

it('a Redis at whose fullness the APIs take no jobs is wrong for a worker, too, and drained hosts are told', async ({
  skip,
}) => {
  if (inject('redisKind') !== 'process') skip('this needs a redis-server that may be full')
  const server = await findOrStartRedis({ only: 'process' })
  onTestFinished(() => server.close())
  const redis = createRedis(server.url, 'worker', { emit: tellNobody })
  onTestFinished(() => closeRedis(redis))
  await redis.config('SET', 'maxmemory', 100 * 1024 ** 2)
  const registry = createHostRegistry({ redis, keys: createKeys('doctor') })
  for (const hostId of ['gpu-1:8188', 'gpu-2:8188']) {
    await registry.report(newHostReport(Date.now(), { hostId }))
    await registry.drain(hostId, null)
  }

  const examine = async (env: Record<string, string>) => {
    const all = {
      REDIS_URL: server.url,
      SAFELIGHT_NAMESPACE: 'doctor',
      COMFYUI_HOSTS: 'http://gpu-2:8188',
      ...env,
    }
    const check = workerChecks(loadWorkerConfig(all), all).find(({ name }) => name === 'redis')
    const findings = (await check?.run(AbortSignal.timeout(10_000))) ?? []
    return findings.map((finding) => `${finding.verdict} ${finding.check}`)
  }
  const found = await examine({})
  expect(found).toContain('ok redis memory')
  expect(found.filter((line) => line.includes(' host '))).toEqual(['warn host gpu-2:8188'])
  expect(await examine({ REDIS_HIGH_WATER: '1' })).toContain('fail redis memory')
  await expect(examine({ REDIS_HIGH_WATER: 'none' })).rejects.toThrow(ConfigError)
})
