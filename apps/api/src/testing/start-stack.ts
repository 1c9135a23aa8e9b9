/** A real API on a real Redis, with the test in the worker's place: it appends through the job store. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, createScope } from '@safelight/runtime'
import type { JobEventBody, Snapshot } from '@safelight/shared'
import {
  closeRedis,
  createExtraData,
  createHostRegistry,
  createJobStore,
  createKeys,
  createRedis,
} from '@safelight/store'
import { inject } from 'vitest'
import { type Api, createApi, loadConfig } from '../app.ts'

export type Stack = Awaited<ReturnType<typeof startStack>>

export async function startStack(
  settings: Record<string, string> = {},
  redisUrl = inject('redisUrl'),
) {
  const scope = createScope('stack')
  const namespace = `t-${randomUUID()}`
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-api-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const logged: string[] = []
  const log = createLogger({
    level: 'debug',
    name: 'test',
    destination: { write: (line: string) => void logged.push(line) },
  })
  const keys = createKeys(namespace)
  const redis = createRedis(redisUrl, 'worker', { log })
  scope.defer(() => closeRedis(redis))

  async function startApi(own: Record<string, string> = {}): Promise<Api> {
    const config = loadConfig({
      REDIS_URL: redisUrl,
      SAFELIGHT_NAMESPACE: namespace,
      SAFELIGHT_DATA_DIR: dataDir,
      PORT: '0',
      ...settings,
      ...own,
    })
    return scope.use(await createApi(config, { log }))
  }

  const store = createJobStore({ redis, keys })
  const api = await startApi()
  return {
    api,
    startApi,
    namespace,
    dataDir,
    keys,
    redis,
    store,
    logged,
    extraData: createExtraData({ redis, keys }),
    hosts: createHostRegistry({ redis, keys }),
    /** Writes as a worker would; fails the test when the store refuses. */
    async append(jobId: string, body: JobEventBody): Promise<Snapshot> {
      const result = await store.append(jobId, () => body)
      if (result.outcome !== 'appended') throw new Error(`append: ${result.outcome}`)
      return result.snapshot
    },
    close: () => scope.close(),
  }
}
