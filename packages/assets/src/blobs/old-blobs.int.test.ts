import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listHashes } from '@safelight/store'
import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { createOldBlobs } from './old-blobs.ts'

const DAY_MS = 24 * 3_600_000
const hexOf = (start: string) => start.padEnd(64, '0')

it('removes blobs named by their hash that no asset refers to any more, and nothing else', async () => {
  const { redis, keys, store } = await openTestStore()
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-old-blobs-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  let passedMs = 0
  const now = async () => (await store.now()) + passedMs
  const put = async (name: string, daysAgo: number) => {
    const path = join(dataDir, 'blobs', name.slice(0, 2), name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, 'x')
    const at = new Date(Date.now() - daysAgo * DAY_MS)
    await utimes(path, at, at)
    return name
  }
  const unneeded = await put(hexOf('aa'), 30)
  const recent = await put(hexOf('ab'), 1)
  const needed = await put(hexOf('ac'), 30)
  const ours = await put('ad0d6a4e-5a2c-4f0e-9d6b-1f2f3a4b5c6d', 30)
  const notAHash = await put(`${hexOf('ae')}.bak`, 30)
  // as those versions wrote it: no record of the blob, and nowhere but here
  await redis.set(keys.asset('old'), JSON.stringify({ id: 'old', hash: `blake3:${needed}` }))
  const files = async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  const oldBlobs = createOldBlobs({ dataDir, now, listHashes: () => listHashes({ redis, keys }) })
  expect(await oldBlobs.clean()).toBe(1)
  expect((await files()).toSorted()).toEqual([recent, needed, ours, notAHash].toSorted())
  expect(await files()).not.toContain(unneeded)

  await redis.del(keys.asset('old'))
  expect(await oldBlobs.clean()).toBe(0)
  passedMs = 2 * DAY_MS
  expect(await oldBlobs.clean()).toBe(1)
  expect((await files()).toSorted()).toEqual([recent, ours, notAHash].toSorted())

  // who cannot tell removes nothing
  await put(unneeded, 30)
  await redis.set(keys.asset('broken'), '{')
  passedMs = 4 * DAY_MS
  await expect(oldBlobs.clean()).rejects.toThrow('JSON')
  expect(await files()).toContain(unneeded)
})
