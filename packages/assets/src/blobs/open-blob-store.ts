/** The blob store that the settings ask for. */
import { randomUUID } from 'node:crypto'
import type { BlobStore } from './blob-store.ts'
import { BlobStoreFailed } from './blob-store-failed.ts'
import { createLocalBlobs } from './local-blobs.ts'
import type { AssetStoreSettings } from './store-settings.ts'

/**
 * Of S3 it is tried whether it takes, gives and removes bytes, so that a wrong name or a right that is missing shows
 * when the process starts, and not with the first picture.
 * @throws BlobStoreFailed
 */
export async function openBlobStore(
  settings: AssetStoreSettings,
): Promise<BlobStore & { close(): Promise<void> }> {
  if (settings.ASSET_STORE === 'local') {
    return { ...createLocalBlobs(settings.SAFELIGHT_DATA_DIR), close: async () => undefined }
  }
  // the SDK takes a while to load, and only those wait who need it
  const { createS3Blobs } = await import('./s3-blobs.ts')
  const blobs = createS3Blobs(settings)
  try {
    await tryOut(blobs)
    return blobs
  } catch (error) {
    await blobs.close()
    throw error
  }
}

async function tryOut(blobs: BlobStore): Promise<void> {
  const key = `probe/${randomUUID()}`
  await blobs.write(key, justOne())
  const found = await blobs.read(key)
  found?.body.destroy()
  await blobs.remove(key)
  if (!found) throw new BlobStoreFailed('give back what it took', null)
}

async function* justOne() {
  yield Buffer.from('safelight was here')
}
