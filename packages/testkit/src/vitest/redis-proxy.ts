/** A proxy before the run's Redis for the length of one test. */
import { inject, onTestFinished } from 'vitest'
import { startRedisProxy } from '../network/redis-proxy.ts'

/** @param options.refuses nobody gets through until `restore` */
export async function openRedisProxy({ refuses = false } = {}) {
  const proxy = await startRedisProxy(inject('redisUrl'))
  onTestFinished(() => proxy.close())
  if (refuses) proxy.refuse()
  return proxy
}
