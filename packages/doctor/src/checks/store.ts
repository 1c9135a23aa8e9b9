/** Whether the blob store takes, gives and removes bytes, and has room. */
import { randomUUID } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { type AssetStoreSettings, openBlobStore } from '@safelight/assets'
import { type Check, fail, type Finding, ok, toWord, warn } from '../check.ts'

const CONTENT = 'safelight was here'
const GB = 1024 ** 3
/** A batch of videos is more than that. */
const LITTLE_BYTES = 10 * GB
const NO_ROOM_BYTES = GB

export function storeCheck(settings: AssetStoreSettings): Check {
  const isLocal = settings.ASSET_STORE === 'local'
  const advice = isLocal
    ? 'see who owns SAFELIGHT_DATA_DIR, and whether it is mounted for writing'
    : 'see the bucket, its region, and what its policy allows: get, put and delete'
  return {
    name: 'store',
    async run(signal) {
      const failed = (deed: string, error: unknown) =>
        fail('store', { found: `${settings.ASSET_STORE}: ${deed}: ${toWord(error)}`, advice })
      let store
      try {
        store = await openBlobStore(settings)
      } catch (error) {
        return [failed('cannot be used', error)]
      }
      try {
        return [await tryOut(store, signal), ...(isLocal ? [await lookAtDisk(settings)] : [])]
      } catch (error) {
        return [failed('does not take, give and remove bytes', error)]
      } finally {
        await store.close()
      }
    },
  }
}

async function tryOut(
  store: Awaited<ReturnType<typeof openBlobStore>>,
  signal: AbortSignal,
): Promise<Finding> {
  const key = `probe/${randomUUID()}`
  await store.write(key, toBody(), { signal })
  let text = ''
  try {
    const read = await store.read(key, { signal })
    for await (const chunk of read?.body ?? []) text += String(chunk)
  } finally {
    await store.remove(key)
  }
  if (text === CONTENT) return ok('store', 'takes, gives and removes bytes')
  const advice =
    'look for what changes bytes on their way: a cache, a file system that loses writes'
  return fail('store', { found: 'does not give back what it took', advice })
}

async function* toBody(): AsyncIterable<Uint8Array> {
  yield Buffer.from(CONTENT)
}

async function lookAtDisk({ SAFELIGHT_DATA_DIR }: AssetStoreSettings): Promise<Finding> {
  const { bavail, bsize } = await statfs(SAFELIGHT_DATA_DIR)
  const free = bavail * bsize
  const found = `${(free / GB).toFixed(1)} GB free`
  const advice = 'make room, or keep jobs for less long (RETENTION); uploads: ASSET_RETENTION'
  if (free < NO_ROOM_BYTES) return fail('store disk', { found, advice })
  return free < LITTLE_BYTES ? warn('store disk', { found, advice }) : ok('store disk', found)
}
