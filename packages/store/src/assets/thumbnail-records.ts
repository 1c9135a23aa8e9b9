/** Where the thumbnails of a blob are. They are kept with its record, and their bytes go when its bytes go. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'
import { type BlobRecord, hexOf } from './asset-store.ts'
import { KEEP_THUMBNAIL } from './scripts.ts'

export interface ThumbnailRecords {
  /**
   * @param hash `blake3:<hex>` of the picture
   * @param width at most, in pixels
   */
  find(hash: string, width: number): Promise<BlobRecord | null>
  /**
   * Of bytes that are durable under a key from `AssetStore.begin`.
   * @returns the one that counts: that of somebody else who was faster, whose twin goes to the trash; null when the
   *   picture is gone
   */
  keep(of: { hash: string; width: number }, blob: BlobRecord): Promise<BlobRecord | null>
}

export function createThumbnailRecords({
  redis,
  keys,
}: {
  redis: Redis
  keys: Keys
}): ThumbnailRecords {
  const runKeep = bindScript(redis, KEEP_THUMBNAIL)
  return {
    async find(hash, width) {
      const hex = hexOf(hash)
      return hex === null ? null : toRecord(await ask(redis.hget(keys.blob(hex), `thumb:${width}`)))
    },
    async keep({ hash, width }, { key, size }) {
      const argv = [keys.prefix, hexOf(hash) ?? '', width, key, size]
      return toRecord(z.string().parse(await runKeep([], argv)))
    },
  }
}

/** `<size> <key>` */
function toRecord(text: string | null): BlobRecord | null {
  const [, size, key] = /^(\d+) (.+)$/.exec(text ?? '') ?? []
  return key === undefined ? null : { key, size: Number(size) }
}
