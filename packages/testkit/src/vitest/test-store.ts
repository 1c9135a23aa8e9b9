/** A store, a client and a namespace of its own for one test, all gone when the test ends. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { inject, onTestFinished } from 'vitest'
import { createLogger, type Logger, tellNobody } from '@safelight/runtime'
import { removeKeys } from '../namespace.ts'
import { takeNamespace } from './take-namespace.ts'
import {
  type AssetStore,
  closeRedis,
  createAssetStore,
  createJobStore,
  createKeys,
  createRedis,
  type JobStore,
  type Keys,
  type NewJob,
  NO_NEEDS,
  type RedisRole,
  whenReady,
} from '@safelight/store'

export const silent: Logger = createLogger({ level: 'silent', name: 'test' })

export interface TestStore {
  redis: Redis
  keys: Keys
  store: JobStore
  assets: AssetStore
}

export async function openTestStore(
  options: { now?: () => number; retentionMs?: number } = {},
): Promise<TestStore> {
  const keys = createKeys(takeNamespace())
  const redis = await openClient('worker')
  onTestFinished(() => removeKeys(redis, keys.namespace))
  const store = createJobStore({ redis, emit: tellNobody, keys, ...options })
  return { redis, keys, store, assets: createAssetStore({ redis, keys, now: () => store.now() }) }
}

/** Another client of the same Redis, closed after what was opened later. */
export async function openClient(role: RedisRole): Promise<Redis> {
  const redis = createRedis(inject('redisUrl'), role, { emit: tellNobody })
  onTestFinished(() => closeRedis(redis))
  await whenReady(redis)
  return redis
}

export function newJob(over: Partial<NewJob> = {}): NewJob {
  return {
    jobId: randomUUID(),
    workflow: { '1': { class_type: 'EmptyImage', inputs: { width: 8 } } },
    owner: 'default',
    pool: null,
    priority: 0,
    cost: 1_000,
    weight: 1,
    needs: NO_NEEDS,
    metadata: null,
    idempotencyKey: null,
    ...over,
  }
}

/** Accepts a job and says its id. */
export async function acceptJob(store: JobStore, over: Partial<NewJob> = {}): Promise<string> {
  const job = newJob(over)
  await store.accept(job)
  return job.jobId
}
