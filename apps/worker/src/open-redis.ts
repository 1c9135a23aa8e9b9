/** The Redis clients of a worker: one that asks, and waits out any outage, and one that only listens. */
import type { Emit, Logger, Scope, WorkerEvents } from '@safelight/runtime'
import { closeRedis, createRedis, tellRedisFlaws, whenReady } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { WorkerConfig } from './config.ts'
import type { WorkerTimings } from './timings.ts'

export interface RedisClientsOptions {
  config: Pick<WorkerConfig, 'REDIS_URL' | 'REDIS_TLS'>
  timings: Pick<WorkerTimings, 'store'>
  emit: Emit<WorkerEvents>
  scope: Scope
  /** Of both, before they are ready. */
  onOpened: (clients: RedisClients) => void
  log: Logger
}

export interface RedisClients {
  redis: Redis
  subscriber: Redis
}

/** Resolves when both are ready, however long that takes: a BullMQ worker whose first handshake fails stays broken. */
export async function openRedis({
  config,
  timings,
  emit,
  scope,
  onOpened,
  log,
}: RedisClientsOptions): Promise<RedisClients> {
  const open = (role: 'worker' | 'subscriber') => {
    const opening = { emit, timings: timings.store, tls: config.REDIS_TLS }
    const redis = createRedis(config.REDIS_URL, role, opening)
    scope.defer(() => closeRedis(redis))
    return redis
  }
  const redis = open('worker')
  tellRedisFlaws(redis, log)
  const subscriber = open('subscriber')
  onOpened({ redis, subscriber })
  await Promise.all([whenReady(redis), whenReady(subscriber)])
  return { redis, subscriber }
}
