/** Small pictures of assets: made when somebody asks first, kept in the blob store, gone with the picture. */
import type { Logger } from '@safelight/runtime'
import type { Asset } from '@safelight/shared'
import type { AssetStore, BlobRecord, ThumbnailRecords } from '@safelight/store'
import type { BlobStore } from '../blobs/blob-store.ts'
import { BlobStoreFailed } from '../blobs/blob-store-failed.ts'
import { readAsset } from '../read-asset.ts'
import { loadShrink, type Shrink } from './shrink.ts'

/** Pixels, at most. */
export const THUMBNAIL_WIDTHS = [128, 256, 512, 1024] as const
export type ThumbnailWidth = (typeof THUMBNAIL_WIDTHS)[number]

export const THUMBNAIL_TYPE = 'image/webp'

const PICTURES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/tiff',
])

/** A picture is in memory as it is stored while it is made small. */
const MAX_SOURCE_BYTES = 100 * 1024 ** 2
/** Pictures of which none could be made are remembered, so that asking again costs nothing. */
const MAX_FAILED = 1_000

export interface ThumbnailsDeps {
  blobs: BlobStore
  assets: Pick<AssetStore, 'begin' | 'abandon' | 'blobOf'>
  records: ThumbnailRecords
  log: Logger
  /** How many are made at a time; the others wait. */
  atOnce?: number
  /** In place of sharp. */
  load?: () => Promise<Shrink | null>
}

export interface Thumbnails {
  /**
   * A picture of type `THUMBNAIL_TYPE` at a key of the blob store. Who asks while it is made gets the same one.
   * @returns null when there is none: no picture, a broken one, a huge one, or no way to make it on this machine
   * @throws BlobStoreFailed, RedisUnavailable
   */
  of(
    asset: Pick<Asset, 'hash' | 'content_type' | 'size_bytes'>,
    width: ThumbnailWidth,
  ): Promise<BlobRecord | null>
}

/** Whether it is worth asking for one. Videos have none: ComfyUI gives no picture of them. */
export function mayHaveThumbnail(asset: Pick<Asset, 'content_type' | 'size_bytes'>): boolean {
  return PICTURES.has(asset.content_type) && asset.size_bytes <= MAX_SOURCE_BYTES
}

export function createThumbnails(deps: ThumbnailsDeps): Thumbnails {
  const { blobs, assets, records, log, atOnce = 2, load = loadShrink } = deps
  const underWay = new Map<string, Promise<BlobRecord | null>>()
  const failed = new Set<string>()
  const inTurn = createTurns(atOnce)
  let loading: Promise<Shrink | null> | undefined

  function loadOnce(): Promise<Shrink | null> {
    loading ??= load().then((shrink) => {
      if (!shrink) log.warn('no thumbnails: sharp cannot be loaded on this machine')
      return shrink
    })
    return loading
  }

  async function make(hash: string, width: ThumbnailWidth): Promise<BlobRecord | null> {
    const shrink = await loadOnce()
    if (!shrink) return null
    const picture = await readAsset({ blobs, assets }, { hash })
    if (!picture) return null
    const troubles: unknown[] = []
    picture.body.on('error', (error) => troubles.push(error))
    let made: Buffer
    try {
      made = await shrink(picture.body, width)
    } catch (error) {
      // the store's trouble passes, the picture's does not
      if (troubles.length > 0) throw new BlobStoreFailed('give bytes', troubles[0])
      log.info({ err: error, hash }, 'no thumbnail could be made')
      remember(`${hash} ${width}`)
      return null
    } finally {
      // one that was not read to its end stays open
      picture.body.destroy()
    }
    return await keep({ hash, width }, made)
  }

  async function keep(
    of: { hash: string; width: number },
    made: Buffer,
  ): Promise<BlobRecord | null> {
    const key = await assets.begin()
    try {
      await blobs.write(key, justOne(made), { contentType: THUMBNAIL_TYPE })
      // one that is spare is in the trash: the janitor has it
      return await records.keep(of, { key, size: made.byteLength })
    } catch (error) {
      await assets.abandon(key).catch(() => undefined)
      throw error
    }
  }

  function remember(name: string): void {
    const [oldest] = failed
    if (failed.size >= MAX_FAILED && oldest !== undefined) failed.delete(oldest)
    failed.add(name)
  }

  return {
    async of(asset, width) {
      const name = `${asset.hash} ${width}`
      if (!mayHaveThumbnail(asset) || failed.has(name)) return null
      const known = underWay.get(name)
      if (known) return await known
      const making = (async () =>
        (await records.find(asset.hash, width)) ?? (await inTurn(() => make(asset.hash, width))))()
      underWay.set(name, making)
      try {
        return await making
      } finally {
        underWay.delete(name)
      }
    },
  }
}

async function* justOne(bytes: Buffer) {
  yield bytes
}

/** Lets so many work at a time, in the order they came. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = atOnce
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
