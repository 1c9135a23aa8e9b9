import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createThumbnailRecords } from '@safelight/store'
import { tellNobody } from '@safelight/runtime'
import { newAsset } from '@safelight/testkit'
import { openTestStore, silent } from '@safelight/testkit/vitest'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import { createLocalBlobs } from '../blobs/local-blobs.ts'
import { ingest } from '../ingest.ts'
import { createJanitor } from '../janitor.ts'
import type { Shrink } from './shrink.ts'
import { createThumbnails, type ThumbnailsDeps } from './thumbnails.ts'

async function openGallery() {
  const { assets, store, redis, keys } = await openTestStore()
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-thumbnails-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const blobs = createLocalBlobs(dataDir)
  const records = createThumbnailRecords({ redis, keys })
  const open = (over: Partial<ThumbnailsDeps> = {}) =>
    createThumbnails({ blobs, assets, records, log: silent, ...over })
  async function keep(bytes: Buffer, contentType = 'image/png') {
    const { asset } = await ingest(
      { blobs, assets },
      {
        body: Readable.from([bytes]),
        maxBytes: 1e9,
        toAsset: ({ hash, size }) =>
          newAsset({ hash, size_bytes: size, content_type: contentType }),
      },
    )
    return asset
  }
  const files = async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).length
  }
  const janitor = createJanitor({
    blobs,
    assets,
    now: () => store.now(),
    emit: tellNobody,
    log: silent,
  })
  const clean = () => janitor.clean()
  return { assets, blobs, open, keep, files, clean, redis, keys }
}

const picture = (width = 600, height = 400) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .png()
    .toBuffer()

/** Counts, and waits for `go` where one is given. */
function fakeShrink(go: Promise<void> = Promise.resolve()) {
  const calls = { made: 0, atOnce: 0, most: 0 }
  const shrink: Shrink = async (picture) => {
    await buffer(picture)
    calls.atOnce += 1
    calls.most = Math.max(calls.most, calls.atOnce)
    await go
    calls.atOnce -= 1
    calls.made += 1
    return Buffer.from('small')
  }
  return { calls, load: async () => shrink }
}

it('makes a thumbnail once, keeps it with the picture, and lets it go with it', async () => {
  const { assets, blobs, open, keep, files, clean, redis, keys } = await openGallery()
  const asset = await keep(await picture())
  const first = await open().of(asset, 256)
  const found = await blobs.read(first?.key ?? '')
  expect(found?.size).toBe(first?.size)
  const bytes = await buffer(found?.body ?? Readable.from([]))
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 256, height: 171 })
  // by another process, without making it
  const load = () => Promise.reject(new Error('it is there already'))
  expect(await open({ load }).of(asset, 256)).toEqual(first)
  await open().of(asset, 128)
  expect(await files()).toBe(3)
  await clean()
  expect(await files()).toBe(3)
  await assets.remove(asset.id)
  await clean()
  expect(await files()).toBe(0)
  expect(await redis.exists(keys.blobsPending, keys.blobsTrash)).toBe(0)
})

it('makes one for all who ask at the same time, and only so many at once', async () => {
  const { open, keep } = await openGallery()
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const { calls, load } = fakeShrink(gate)
  const thumbnails = open({ load, atOnce: 2 })
  const assets = await Promise.all(
    [100, 101, 102, 103].map(async (width) => keep(await picture(width))),
  )
  const asked = assets.flatMap((asset) => [thumbnails.of(asset, 128), thumbnails.of(asset, 128)])
  await expect.poll(() => calls.atOnce).toBe(2)
  go()
  const made = await Promise.all(asked)
  expect(new Set(made.map((one) => one?.key)).size).toBe(4)
  expect(calls).toEqual({ made: 4, atOnce: 0, most: 2 })
})

it('leaves one of two that two processes made at the same time', async () => {
  const { open, keep, files, clean } = await openGallery()
  const asset = await keep(await picture())
  const [one, other] = await Promise.all([open().of(asset, 512), open().of(asset, 512)])
  expect(one).toEqual(other)
  await clean()
  expect(await files()).toBe(2)
})

it('has none of what is no picture, is broken, is gone, or where sharp is missing', async () => {
  const { assets, open, keep, files } = await openGallery()
  const { calls, load } = fakeShrink()
  const text = await keep(Buffer.from('hello'), 'text/plain')
  expect(await open({ load }).of(text, 128)).toBeNull()
  const huge = { ...text, content_type: 'image/png', size_bytes: 2 ** 30 }
  expect(await open({ load }).of(huge, 128)).toBeNull()
  expect(calls.made).toBe(0)

  const broken = await keep(Buffer.from('no picture at all'))
  expect(await open().of(broken, 128)).toBeNull()
  const sound = await keep(await picture())
  expect(await open({ load: async () => null }).of(sound, 128)).toBeNull()
  await assets.remove(sound.id)
  expect(await open().of(sound, 128)).toBeNull()
  expect(await files()).toBe(3)
})

it('tries a broken picture once, and one that the store did not give again', async () => {
  const { blobs, open, keep } = await openGallery()
  const asset = await keep(await picture())
  let tries = 0
  const load = async (): Promise<Shrink> => async () => {
    tries += 1
    throw new Error('broken')
  }
  const thumbnails = open({ load })
  expect(await thumbnails.of(asset, 128)).toBeNull()
  expect(await thumbnails.of(asset, 128)).toBeNull()
  expect(tries).toBe(1)

  let isAway = true
  const flaky = open({
    blobs: {
      ...blobs,
      async read(key, options) {
        const found = await blobs.read(key, options)
        if (isAway) found?.body.destroy(new Error('reset'))
        return found
      },
    },
  })
  await expect(flaky.of(asset, 128)).rejects.toMatchObject({ code: 'blob_store_failed' })
  isAway = false
  expect(await flaky.of(asset, 128)).not.toBeNull()
})
