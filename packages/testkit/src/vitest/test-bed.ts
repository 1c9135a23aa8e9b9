/** What every stack under test stands on: a namespace in the run's Redis, a folder, a logger that remembers. Gone with the test, unless it is red. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, createScope, type Logger, type Scope, tellNobody } from '@safelight/runtime'
import {
  type AssetStore,
  closeRedis,
  createAssetStore,
  createJobStore,
  createKeys,
  createRedis,
  type JobStore,
  type Keys,
} from '@safelight/store'
import type { Redis } from 'ioredis'
import { inject } from 'vitest'
import { dumpKeys, removeKeys } from '../namespace.ts'
import { isRed } from './red.ts'
import { takeNamespace } from './take-namespace.ts'

export interface TestBed {
  namespace: string
  redisUrl: string
  keys: Keys
  /** Not closed while anything else of the bed is open. */
  redis: Redis
  store: JobStore
  assets: AssetStore
  /** Logs, data and what Redis held are kept here when the test is red. */
  folder: string
  dataDir: string
  /** Settings that lead an API or a worker here. */
  env: Record<string, string>
  log: Logger
  /** Every line of `log` so far. */
  logged: string[]
  /** Whatever stands on the bed closes before it. */
  scope: Scope
  /** Between tests that share it: no key and no line of the last one stays. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** @param redisUrl the run's own unless the test stands between */
export async function openTestBed(redisUrl = inject('redisUrl')): Promise<TestBed> {
  const scope = createScope('test bed')
  const namespace = takeNamespace()
  const keys = createKeys(namespace)
  const folder = await mkdtemp(join(tmpdir(), 'safelight-test-'))
  const dataDir = join(folder, 'data')
  await mkdir(dataDir)
  const logged: string[] = []
  const log = createLogger({
    level: 'debug',
    name: 'test',
    destination: { write: (line: string) => void logged.push(line) },
  })
  const redis = createRedis(redisUrl, 'worker', { emit: tellNobody })
  const store = createJobStore({ redis, emit: tellNobody, keys })
  const bed: TestBed = {
    namespace,
    redisUrl,
    keys,
    redis,
    store,
    assets: createAssetStore({ redis, keys, now: () => store.now() }),
    folder,
    dataDir,
    env: {
      REDIS_URL: redisUrl,
      SAFELIGHT_NAMESPACE: namespace,
      SAFELIGHT_DATA_DIR: dataDir,
      LOG_LEVEL: 'debug',
      // a test that looks there says so
      ADMIN_PORT: 'off',
    },
    log,
    logged,
    scope,
    async clear() {
      if (isRed()) await keep(bed)
      await removeKeys(redis, namespace)
      logged.length = 0
    },
    close: () => scope.close(),
  }
  // the last to run: what stands on the bed has had its say by then
  scope.defer(() => leave(bed))
  return bed
}

async function leave(bed: TestBed): Promise<void> {
  try {
    if (isRed()) await keep(bed)
    else await rm(bed.folder, { recursive: true, force: true })
    await removeKeys(bed.redis, bed.namespace)
  } finally {
    await closeRedis(bed.redis)
  }
}

async function keep({ folder, redis, namespace, logged }: TestBed): Promise<void> {
  await dumpKeys(redis, namespace, join(folder, 'redis.json'))
  await writeFile(join(folder, 'log.jsonl'), logged.join(''))
  process.stderr.write(`kept for a look at what went wrong: ${folder}\n`)
}
