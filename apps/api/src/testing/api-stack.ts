/** A real API on a real Redis, with the test in the worker's place: it appends through the job store. */
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
import { removeKeys, takeNamespace } from '@safelight/testkit/vitest'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import { type Api, type ApiTimings, createApi, loadApiConfig } from '../app.ts'

export type ApiStack = Awaited<ReturnType<typeof startApiStack>>

export interface ApiStackOptions {
  settings?: Record<string, string>
  timings?: Partial<ApiTimings>
  redisUrl?: string
}

/** Short where a test waits for it to pass, real where it must not pass. */
const TEST_TIMINGS: Partial<ApiTimings> = { queuePositionMs: 30 }

/** One stack for all tests of a file. Each finds it empty: no job, no log, no API of another test. */
export function shareStack(take: (stack: ApiStack) => void, options: ApiStackOptions = {}): void {
  let shared: ApiStack | undefined
  beforeAll(async () => {
    shared = await startApiStack(options)
    take(shared)
  })
  afterEach(() => shared?.clear())
  afterAll(() => shared?.close())
}

export async function startApiStack(options: ApiStackOptions = {}) {
  const { settings, timings, redisUrl = inject('redisUrl') } = options
  const scope = createScope('stack')
  const namespace = takeNamespace()
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
  scope.defer(() => removeKeys(redis, namespace))

  const opened: Api[] = []

  async function startApi(
    own: Record<string, string> = {},
    ownTimings: Partial<ApiTimings> = {},
  ): Promise<Api> {
    const config = loadApiConfig({
      REDIS_URL: redisUrl,
      SAFELIGHT_NAMESPACE: namespace,
      SAFELIGHT_DATA_DIR: dataDir,
      PORT: '0',
      ...settings,
      ...own,
    })
    const api = await createApi(config, {
      log,
      timings: { ...TEST_TIMINGS, ...timings, ...ownTimings },
    })
    opened.push(api)
    return scope.use(api)
  }

  const store = createJobStore({ redis, keys })
  const api = await startApi()
  opened.length = 0
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
    /** As it was at its start: what a test left goes, the first API stays. */
    async clear(): Promise<void> {
      await Promise.all(opened.splice(0).map((own) => own.close()))
      await removeKeys(redis, namespace)
      logged.length = 0
    },
    close: () => scope.close(),
  }
}
