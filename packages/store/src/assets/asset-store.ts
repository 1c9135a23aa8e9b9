/** Assets and the blobs behind them: records in Redis. The bytes are in a blob store, under the key that is kept here. */
import { randomUUID } from 'node:crypto'
import { type Asset, assetSchema, toWellFormed } from '@safelight/shared'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import type { Now } from '../redis-time.ts'
import { ask } from '../redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from '../timings.ts'
import { ABANDON, GIVE_UP, MINT, REMOVE } from './scripts.ts'

export interface BlobRecord {
  /** Where a blob store has the bytes. */
  key: string
  /** Bytes */
  size: number
}

export interface Minted {
  asset: Asset
  /** Whether its bytes were new here. */
  createdNew: boolean
  /** False when this very asset was made of these very bytes before. */
  isNewAsset: boolean
  /** A key whose bytes are not needed, because they are there already. It is in the trash. */
  spareKey: string | null
}

export interface AssetStore {
  /** A key for bytes that are about to be written. They must be minted within a day. */
  begin(): Promise<string>
  /**
   * The write has failed: what there is of it will be removed.
   * @returns false when it is no longer pending: minted, abandoned or given up
   */
  abandon(key: string): Promise<boolean>
  /**
   * Bytes are durable under `key`: makes the asset, over these or over the same ones that were there. Doing it again with the
   * same id is harmless.
   * @returns null when the key was given up, because writing took longer than a day
   */
  mint(asset: Asset, blob: BlobRecord): Promise<Minted | null>
  /** Makes an asset over bytes that are there. @returns null when they are not */
  mintOver(asset: Asset): Promise<Asset | null>
  load(assetId: string): Promise<Asset | null>
  /** In the order asked; null for those that are not there. */
  loadMany(assetIds: readonly string[]): Promise<(Asset | null)[]>
  /** @param hash `blake3:<hex>` */
  blobOf(hash: string): Promise<BlobRecord | null>
  /** Ids of the assets over these bytes. */
  sharing(hash: string): Promise<string[]>
  /** `held`: a job that has not ended refers to one of the assets over these bytes; `none`: there are none. */
  demandOf(hash: string): Promise<'held' | 'unheld' | 'none'>
  /** `in_use`: a job that has not ended refers to it, or it is an output of a job whose record is kept. */
  remove(assetId: string): Promise<'removed' | 'gone' | 'in_use'>
  /** Keeps it until then (ms since the epoch) at least; never shortens. */
  extend(assetId: string, until: number): Promise<void>
  /** Removes assets whose time is over and that nobody needs, some at a time. @returns how many it looked at, and removed */
  expire(atMost: number): Promise<{ looked: number; removed: number }>
  /** Keys whose bytes are to be removed. */
  trash(atMost: number): Promise<string[]>
  /** Their bytes are gone. */
  emptied(keys: readonly string[]): Promise<void>
  /** Writes that began before (ms since the epoch) are over. @returns how many */
  giveUpWrites(before: number): Promise<number>
}

export interface AssetStoreDeps {
  redis: Redis
  keys: Keys
  now: Now
  timings?: Partial<StoreTimings>
}

const mintReply = z.union([
  z.tuple([z.literal('minted'), z.enum(['0', '1']), z.string(), z.enum(['0', '1'])]),
  z.tuple([z.enum(['swept', 'no_blob'])]),
])
const removeReply = z.enum(['gone', 'in_use', 'kept', 'removed'])

/** Of a blob hash as the contract writes it. @returns null when it is none */
export function hexOf(hash: string): string | null {
  return /^blake3:([0-9a-f]{64})$/.exec(hash)?.[1] ?? null
}

/** Random, in 256 folders: no folder grows without bound. */
function newKey(): string {
  const uuid = randomUUID()
  return `${uuid.slice(0, 2)}/${uuid}`
}

export function createAssetStore({ redis, keys, now, ...options }: AssetStoreDeps): AssetStore {
  const timings = toStoreTimings(options.timings)
  const runMint = bindScript(redis, MINT)
  const runRemove = bindScript(redis, REMOVE)
  const runGiveUp = bindScript(redis, GIVE_UP)
  const runAbandon = bindScript(redis, ABANDON)

  async function mint(asset: Asset, blob: BlobRecord | null) {
    const { expires_at, job_id, created_at, id } = assetSchema.parse(asset)
    // what a job made lives until the job's end gives it the record's own time
    const until =
      job_id !== null && expires_at !== null ? expires_at + timings.assetKeptMs : expires_at
    const hex = hexOf(asset.hash)
    if (hex === null) throw new Error('an asset needs the hash of its bytes')
    const reply = await runMint(
      [keys.asset(id), keys.assets, keys.assetsExpiry],
      [
        keys.prefix,
        id,
        // the scripts read it, and Redis' JSON throws at halves of characters
        JSON.stringify(asset, (_, value) =>
          typeof value === 'string' ? toWellFormed(value) : value,
        ),
        created_at,
        until ?? '',
        hex,
        blob?.key ?? '',
        blob?.size ?? '',
      ],
    )
    return mintReply.parse(reply)
  }

  async function remove(assetId: string, why: 'deleted' | 'expired') {
    const reply = await runRemove(
      [keys.asset(assetId), keys.assets, keys.assetsExpiry, keys.assetHolds(assetId)],
      [keys.prefix, assetId, why, timings.assetLookAgainMs],
    )
    return removeReply.parse(reply)
  }

  const store: AssetStore = {
    async begin() {
      const key = newKey()
      await ask(redis.zadd(keys.blobsPending, await now(), key))
      return key
    },
    async abandon(key) {
      return (await runAbandon([], [keys.prefix, key])) === 1
    },
    async mint(asset, blob) {
      const [outcome, isNew, spare, isNewAsset] = await mint(asset, blob)
      if (outcome !== 'minted') return null
      const spareKey = spare === '' ? null : spare
      return { asset, createdNew: isNew === '1', isNewAsset: isNewAsset === '1', spareKey }
    },
    async mintOver(asset) {
      const [outcome] = await mint(asset, null)
      return outcome === 'minted' ? asset : null
    },
    async load(assetId) {
      const [asset] = await store.loadMany([assetId])
      return asset ?? null
    },
    async loadMany(assetIds) {
      return await Promise.all(
        assetIds.map(async (id) => {
          const [json, expiry] = await Promise.all([
            ask(redis.get(keys.asset(id))),
            ask(redis.zscore(keys.assetsExpiry, id)),
          ])
          return json === null ? null : toAsset(json, expiry)
        }),
      )
    },
    async blobOf(hash) {
      const hex = hexOf(hash)
      if (hex === null) return null
      const [key, size] = await ask(redis.hmget(keys.blob(hex), 'key', 'size'))
      return key ? { key, size: Number(size) } : null
    },
    async sharing(hash) {
      const hex = hexOf(hash)
      return hex === null ? [] : await ask(redis.smembers(keys.blobRefs(hex)))
    },
    async demandOf(hash) {
      const ids = await store.sharing(hash)
      const holds = await Promise.all(ids.map((id) => ask(redis.scard(keys.assetHolds(id)))))
      if (holds.some((count) => count > 0)) return 'held'
      return ids.length > 0 ? 'unheld' : 'none'
    },
    async remove(assetId) {
      const outcome = await remove(assetId, 'deleted')
      return outcome === 'kept' ? 'in_use' : outcome
    },
    async extend(assetId, until) {
      // XX: one that never expires has no entry, and goes on without
      await ask(redis.call('ZADD', keys.assetsExpiry, 'XX', 'GT', String(until), assetId))
    },
    async expire(atMost) {
      const due = await ask(
        redis.zrangebyscore(keys.assetsExpiry, '-inf', await now(), 'LIMIT', 0, atMost),
      )
      let removed = 0
      for (const id of due) if ((await remove(id, 'expired')) === 'removed') removed += 1
      return { looked: due.length, removed }
    },
    trash: (atMost) => ask(redis.zrange(keys.blobsTrash, '0', String(atMost - 1))),
    async emptied(emptied) {
      if (emptied.length > 0) await ask(redis.zrem(keys.blobsTrash, ...emptied))
    },
    async giveUpWrites(before) {
      return z.number().parse(await runGiveUp([], [keys.prefix, before]))
    },
  }
  return store
}

/** Of an upload, what retention it was given since counts; the output of a job says for ever what was said of it first. */
function toAsset(json: string, expiry: string | null): Asset {
  const asset = assetSchema.parse(JSON.parse(json))
  if (asset.job_id !== null) return asset
  return { ...asset, expires_at: expiry === null ? null : Number(expiry) }
}
