import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { tellNobody } from '@safelight/runtime'
import { dieWithUs } from '@safelight/testkit'
import { openTestStore, silent } from '@safelight/testkit/vitest'
import { expect, inject, it, onTestFinished } from 'vitest'
import { createLocalBlobs } from './blobs/local-blobs.ts'
import { createJanitor } from './janitor.ts'

const DAY_MS = 24 * 3_600_000

/** Takes bytes in, and says `here` where it is to be killed: in the middle of them, or when all are stored. */
const writer = (namespace: string, dataDir: string) => `
  const { tellNobody } = await import('@safelight/runtime')
  const { createAssetStore, createKeys, createRedis } = await import('@safelight/store')
  const { createLocalBlobs } = await import(${JSON.stringify(new URL('blobs/local-blobs.ts', import.meta.url).href)})
  const { ingest } = await import(${JSON.stringify(new URL('ingest.ts', import.meta.url).href)})
  const redis = createRedis(${JSON.stringify(inject('redisUrl'))}, 'worker', { emit: tellNobody })
  const assets = createAssetStore({
    redis, keys: createKeys(${JSON.stringify(namespace)}), now: async () => Date.now(),
  })
  const stop = () => { console.log('here'); return new Promise(() => setInterval(() => {}, 1000)) }
  const where = process.argv.at(-1)
  async function* body() {
    yield Buffer.alloc(1_000_000, 'picture')
    if (where === 'middle') await stop()
  }
  const toAsset = () => stop()
  await ingest({ blobs: createLocalBlobs(${JSON.stringify(dataDir)}), assets }, { body: body(), maxBytes: 2e6, toAsset })`

it.each(['middle', 'end'])(
  'leaves nothing for good of a process that is killed at the %s of its bytes',
  async (where) => {
    const { assets, store, redis, keys } = await openTestStore()
    const dataDir = await mkdtemp(join(tmpdir(), 'safelight-killed-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const files = async () => {
      const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).length
    }
    const flags = ['--conditions=@safelight/source', '--import', import.meta.resolve('tsx')]
    const script = ['--input-type=module', '--eval', writer(keys.namespace, dataDir), where]
    const child = dieWithUs(
      spawn(process.execPath, [...flags, ...script], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    await once(createInterface(child.stdout), 'line')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await files()).toBe(1)

    const janitorIn = (ms: number) =>
      createJanitor({
        blobs: createLocalBlobs(dataDir),
        assets,
        now: async () => (await store.now()) + ms,
        emit: tellNobody,
        log: silent,
      })
    // somebody may still be at it
    await janitorIn(DAY_MS / 2).clean()
    expect(await files()).toBe(1)
    await janitorIn(DAY_MS + 60_000).clean()
    expect(await files()).toBe(0)
    expect(await redis.exists(keys.blobsPending, keys.blobsTrash)).toBe(0)
  },
)
