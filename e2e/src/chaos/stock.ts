/** What is left of files when all is over: assets without their bytes, bytes without an asset. */
import { tellNobody } from '@safelight/runtime'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createJanitor, createLocalBlobs } from '@safelight/assets'
import type { Logger } from '@safelight/runtime'
import {
  closeRedis,
  createAssetStore,
  createJobStore,
  createKeys,
  createRedis,
} from '@safelight/store'
import { createBLAKE3 } from 'hash-wasm'
import { z } from 'zod'
import type { Files } from './files.ts'
import { ask } from './send.ts'

export interface Stock {
  /** Assets that should be there and are not, or are not what they were; and those that should be gone. */
  broken: string[]
  /** Files and notes that nobody needs, although a janitor was there. */
  left: string[]
  /** Assets that were looked at. */
  looked: number
}

export interface StockOptions {
  url: string
  redisUrl: string
  namespace: string
  /** `SAFELIGHT_DATA_DIR` */
  dataDir: string
  files: Pick<Files, 'kept' | 'deleted'>
  /** Outputs of ended jobs. */
  outputs: readonly { id: string; hash: string }[]
  log: Logger
}

const AT_ONCE = 8
/** Writes of dead processes are given up after a day. */
const LATER_MS = 25 * 3_600_000

export async function takeStock(options: StockOptions): Promise<Stock> {
  const { url, files, outputs } = options
  const wanted = new Map([...files.kept, ...outputs.map(({ id, hash }) => [id, hash] as const)])
  const broken: string[] = []
  const queue = [...wanted].values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [id, hash] of queue) {
        const found = await readHash(`${url}/api/v2/assets/${id}/content`)
        if (found !== hash) broken.push(`${id}: ${found}, not ${hash}`)
      }
    }),
  )
  for (const id of files.deleted) {
    const answer = await ask(`${url}/api/v2/assets/${id}`, { method: 'GET' })
    if (answer?.status !== 404) broken.push(`${id}: deleted, and ${answer?.status ?? 'no answer'}`)
  }
  return { broken, left: await tidyUp(options), looked: wanted.size + files.deleted.size }
}

/** The hash of what is served, or why nothing is. */
async function readHash(url: string): Promise<string> {
  const answer = await ask(url, { method: 'GET' })
  if (answer?.status !== 200) return `answered ${answer?.status ?? 'nothing'}`
  const hasher = await createBLAKE3()
  hasher.update(new Uint8Array(await answer.arrayBuffer()))
  return `blake3:${hasher.digest('hex')}`
}

/** @returns what a janitor a day later leaves that no record of a blob speaks of, or speaks of in vain */
async function tidyUp({ redisUrl, namespace, dataDir, log }: StockOptions): Promise<string[]> {
  const redis = createRedis(redisUrl, 'worker', { emit: tellNobody })
  try {
    const keys = createKeys(namespace)
    const store = createJobStore({ redis, emit: tellNobody, keys })
    const assets = createAssetStore({ redis, keys, now: () => store.now() })
    const blobs = createLocalBlobs(dataDir)
    const now = async () => (await store.now()) + LATER_MS
    await createJanitor({ blobs, assets, now, emit: tellNobody, log }).clean()
    const known = new Set<string>()
    const left: string[] = []
    for await (const found of redis.scanStream({ match: keys.blob('*') })) {
      for (const name of z.array(z.string()).parse(found)) {
        if (name.endsWith(':refs')) continue
        const { key = '', ...fields } = await redis.hgetall(name)
        known.add(key)
        for (const [field, value] of Object.entries(fields))
          if (field.startsWith('thumb:')) known.add(value.split(' ')[1] ?? '')
        if ((await redis.scard(`${name}:refs`)) === 0) left.push(`${name}: no asset refers to it`)
      }
    }
    for (const [what, name] of [
      ['pending', keys.blobsPending],
      ['in the trash', keys.blobsTrash],
    ] as const)
      for (const key of await redis.zrange(name, '0', '-1')) left.push(`${key}: ${what}`)
    const entries = await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const key = `${entry.parentPath.split('/').at(-1)}/${entry.name}`
      if (entry.isFile() && !known.has(key)) left.push(`${key}: bytes that nobody knows of`)
    }
    return left
  } finally {
    await closeRedis(redis)
  }
}
