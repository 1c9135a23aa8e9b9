/** A real API on a real Redis, with the test in the worker's place: it appends through the job store. */
import { type Clock, systemClock } from '@safelight/runtime'
import type { JobEventBody, Snapshot } from '@safelight/shared'
import { createExtraDataOpener, createHostRegistry } from '@safelight/store'
import { openTestBed } from '@safelight/testkit/vitest'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Api, type ApiTimingOverrides, createApi, loadApiConfig } from '../app.ts'

export type ApiStack = Awaited<ReturnType<typeof startApiStack>>

export interface ApiStackOptions {
  settings?: Record<string, string>
  timings?: ApiTimingOverrides
  redisUrl?: string
}

/** Short where a test waits for it to pass, real where it must not pass. */
const TEST_TIMINGS: ApiTimingOverrides = { queuePositionMs: 30 }

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
  const { settings, timings, redisUrl } = options
  const bed = await openTestBed(redisUrl)
  const { scope, namespace, dataDir, keys, redis, store, assets, log, logged } = bed
  const opened: Api[] = []

  async function startApi(
    own: Record<string, string> = {},
    ownTimings: ApiTimingOverrides = {},
    clock: Clock = systemClock,
  ): Promise<Api> {
    const config = loadApiConfig({
      ...bed.env,
      PORT: '0',
      ...settings,
      ...own,
    })
    const api = await createApi(config, {
      log,
      clock,
      timings: { ...TEST_TIMINGS, ...timings, ...ownTimings },
    })
    opened.push(api)
    return scope.use(api)
  }

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
    assets,
    logged,
    /** As whoever submits it to a host finds it. */
    async extraDataOf(jobId: string) {
      const sealed = await redis.get(keys.secrets(jobId))
      return sealed === null ? null : createExtraDataOpener(null)(jobId, sealed)
    },
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
      await bed.clear()
    },
    close: () => bed.close(),
  }
}
