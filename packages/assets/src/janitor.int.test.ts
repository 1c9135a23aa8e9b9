import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Asset } from '@safelight/shared'
import { newAsset, status } from '@safelight/testkit'
import { acceptJob, listKeys, openTestStore, silent } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import type { BlobStore } from './blobs/blob-store.ts'
import { createLocalBlobs } from './blobs/local-blobs.ts'
import { ingest } from './ingest.ts'
import { type Cleaned, createJanitor } from './janitor.ts'
import { readAsset } from './read-asset.ts'

const DAY_MS = 24 * 3_600_000

async function openHouse() {
  const { assets, store, redis, keys } = await openTestStore()
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-janitor-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const blobs = createLocalBlobs(dataDir)
  const files = async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }
  const told: Cleaned[] = []
  const sweeps: string[] = []
  const janitorOf = (over: { blobs?: BlobStore; inMs?: number } = {}) =>
    createJanitor({
      blobs: over.blobs ?? blobs,
      assets,
      now: async () => (await store.now()) + (over.inMs ?? 0),
      emit: (...[name, body]) => {
        if (name === 'janitor:cleaned') told.push(body)
        else sweeps.push(`${body.kind} ${body.removed}`)
      },
      log: silent,
    })

  async function keep(text: string, over: Partial<Asset> = {}, into = blobs) {
    const { asset } = await ingest(
      { blobs: into, assets },
      {
        body: bytes(text),
        maxBytes: 1_000,
        toAsset: ({ hash, size }) => newAsset({ hash, size_bytes: size, ...over }),
      },
    )
    return asset
  }

  async function textOf(asset: Asset) {
    const found = await readAsset({ blobs, assets }, asset)
    if (!found) return null
    let text = ''
    for await (const chunk of found.body) text += String(chunk)
    return text
  }
  return { assets, store, redis, keys, blobs, files, janitorOf, told, sweeps, keep, textOf }
}

function opening() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

async function* bytes(text: string) {
  yield Buffer.from(text)
}

it('takes away what expired and is needed by nobody, and nothing else', async () => {
  const { assets, store, redis, keys, files, janitorOf, keep, textOf } = await openHouse()
  const expires_at = (await store.now()) - 1
  const never = await keep('kept for ever')
  const later = await keep('kept for a while', { expires_at: expires_at + DAY_MS })
  const over = await keep('over', { expires_at })
  const shared = await keep('kept for ever', { expires_at })
  const held = await keep('held by a job', { expires_at })
  await redis.sadd(keys.assetHolds(held.id), 'job-1')
  const jobId = await acceptJob(store)
  const output = await keep('an output', { job_id: jobId, expires_at })
  await store.append(jobId, () => status('canceled'))
  expect(await files()).toHaveLength(5)

  expect(await janitorOf().clean()).toMatchObject({ expired: 3, removed: 1 })
  expect(await files()).toHaveLength(4)
  expect(await assets.loadMany([over.id, shared.id])).toEqual([null, null])
  for (const asset of [never, later, held, output]) expect(await textOf(asset)).not.toBeNull()
  expect(await janitorOf().clean()).toMatchObject({ expired: 0, removed: 0 })

  // in the end nothing is left of what may go, here and there
  await redis.del(keys.job(jobId), keys.assetHolds(held.id))
  for (const { id } of [later, held, output]) await redis.zadd(keys.assetsExpiry, 1, id)
  await janitorOf().clean()
  expect(await files()).toHaveLength(1)
  expect(await textOf(never)).toBe('kept for ever')
  const left = (await listKeys(redis, keys.namespace)).filter((key) =>
    /:(assets?|blobs?)\b/.test(key),
  )
  const hex = never.hash.replace('blake3:', '')
  expect(left.toSorted()).toEqual(
    [keys.asset(never.id), keys.assets, keys.blob(hex), keys.blobRefs(hex)].toSorted(),
  )
  expect(await redis.zrange(keys.assets, '0', '-1')).toEqual([never.id])
})

it('removes only the old bytes when the same are sent again in the middle of it', async () => {
  const { blobs, assets, files, janitorOf, keep, textOf } = await openHouse()
  const old = await keep('the same bytes')
  expect(await assets.remove(old.id)).toBe('removed')
  const atTheGate = opening()
  const gate = opening()
  const gated: BlobStore = {
    ...blobs,
    async remove(key) {
      atTheGate.open()
      await gate.opened
      await blobs.remove(key)
    },
  }
  const cleaning = janitorOf({ blobs: gated }).clean()
  await atTheGate.opened
  const anew = await keep('the same bytes')
  gate.open()
  expect(await cleaning).toMatchObject({ removed: 1 })
  expect(await textOf(anew)).toBe('the same bytes')
  expect(await files()).toHaveLength(1)
  expect(await assets.trash(9)).toEqual([])
})

it('does no harm when two are at it, with uploads of the same bytes all along', async () => {
  const { assets, files, janitorOf, keep, textOf } = await openHouse()
  const janitors = [janitorOf(), janitorOf()]
  for (let round = 0; round < 10; round += 1) {
    const asset = await keep('again and again')
    const [, , other] = await Promise.all([
      assets.remove(asset.id),
      janitors[0]?.clean(),
      keep('again and again'),
      janitors[1]?.clean(),
    ])
    expect(await textOf(other)).toBe('again and again')
    await assets.remove(other.id)
  }
  await janitorOf().clean()
  expect(await files()).toEqual([])
  expect(await assets.trash(9)).toEqual([])
})

it('goes on with the rest when some bytes cannot be removed, and comes back for them', async () => {
  const { blobs, assets, files, janitorOf, keep } = await openHouse()
  for (const text of ['one', 'two', 'three']) await assets.remove((await keep(text)).id)
  const [stuck] = await assets.trash(1)
  const stubborn: BlobStore = {
    ...blobs,
    async remove(key) {
      if (key === stuck) throw new Error('not now')
      await blobs.remove(key)
    },
  }
  expect(await janitorOf({ blobs: stubborn }).clean()).toMatchObject({ removed: 2 })
  expect(await assets.trash(9)).toEqual([stuck])
  expect(await files()).toHaveLength(1)
  expect(await janitorOf().clean()).toMatchObject({ removed: 1 })
  expect(await files()).toEqual([])
})

it('removes what a store that had lost touch keeps after all', async () => {
  const { blobs, files, janitorOf, keep } = await openHouse()
  let late = async () => {}
  const away: BlobStore = {
    ...blobs,
    async write(key) {
      late = () => blobs.write(key, bytes('late'))
      throw new Error('no answer')
    },
  }
  await expect(keep('late', {}, away)).rejects.toThrow('no answer')
  await late()
  expect(await files()).toHaveLength(1)
  await janitorOf().clean()
  expect(await files()).toEqual([])
})

it('does its other work whatever fails, and nothing once it is closed', async () => {
  const { blobs, assets, store } = await openHouse()
  const done: string[] = []
  const swept: string[] = []
  const janitor = createJanitor({
    blobs: { ...blobs, sweep: () => Promise.reject(new Error('away')) },
    assets: { ...assets, expire: () => Promise.reject(new Error('away')) },
    now: () => store.now(),
    others: [
      { what: 'the first', kind: 'dead_letters', run: () => Promise.reject(new Error('away')) },
      { what: 'the second', kind: 'jobs', run: async () => done.push('the second') },
    ],
    emit: (...[, body]) => {
      if ('kind' in body) swept.push(body.kind)
    },
    log: silent,
  })
  expect(await janitor.clean()).toEqual({ expired: 0, givenUp: 0, removed: 0, swept: 0 })
  expect(done).toEqual(['the second'])
  // what failed is not told of as done
  expect(swept).toEqual(['writes', 'unneeded_bytes', 'jobs'])
  await janitor.clean(AbortSignal.abort())
  expect(done).toEqual(['the second'])
})

it('tells of what it took away, and of each step that is done', async () => {
  const { store, redis, keys, janitorOf, told, sweeps, keep } = await openHouse()
  await janitorOf().clean()
  expect(sweeps.splice(0)).toEqual(['assets 0', 'writes 0', 'unneeded_bytes 0', 'broken_parts 0'])
  const expires_at = (await store.now()) - 1
  await keep('hello', { expires_at })
  const held = await keep('held', { expires_at })
  await redis.sadd(keys.assetHolds(held.id), 'job-1')
  const cleaned = await janitorOf({ inMs: DAY_MS }).clean()
  expect(cleaned).toMatchObject({ expired: 2, removed: 1 })
  // what somebody needs is looked at, and stays
  expect(sweeps.splice(0)).toContain('assets 1')
  await janitorOf({ inMs: DAY_MS }).clean()
  expect(told).toEqual([cleaned])
})
