import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalBlobs, ingest } from '@safelight/assets'
import { newAsset } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { type ApiStack, shareStack } from './testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { JANITOR_EVERY: '1s' } })

async function* bytes() {
  yield Buffer.from('hello')
}

it('takes away assets whose time is over, with their bytes', async () => {
  const { assets, store } = stack
  const now = await store.now()
  const { asset } = await ingest(
    { blobs: createLocalBlobs(stack.dataDir), assets },
    {
      body: bytes(),
      maxBytes: 10,
      toAsset: ({ hash, size }) => newAsset({ hash, size_bytes: size, expires_at: now + 100 }),
    },
  )
  const folder = join(
    stack.dataDir,
    'blobs',
    (await assets.blobOf(asset.hash))?.key.slice(0, 2) ?? '',
  )
  expect(await readdir(folder)).toHaveLength(1)
  await expect.poll(() => assets.load(asset.id)).toBeNull()
  await expect.poll(() => readdir(folder)).toEqual([])
})
