/** Listing assets, newest first, page by page. */
import type { Asset, OutputType } from '@safelight/shared'
import type { Redis } from 'ioredis'
import type { Keys } from '../keys.ts'
import {
  decodeCursor,
  encodeCursor,
  isAfter,
  newestFirst,
  type Place,
  SCAN_AT_MOST,
} from '../newest-first.ts'
import { ask } from '../redis-unavailable.ts'
import type { AssetStore } from './asset-store.ts'

export interface AssetQuery {
  limit: number
  /** From the page before. */
  cursor?: string | undefined
  types?: readonly OutputType[] | undefined
  /** Part of the name, in any case. */
  name?: string | undefined
  tag?: string | undefined
  owner?: string | undefined
  /** ms since the epoch, inclusive */
  since?: number | undefined
  /** ms since the epoch, exclusive */
  until?: number | undefined
}

export interface AssetPage {
  assets: Asset[]
  /** Null on the last page. A page may be short, or empty, and not be the last. */
  nextCursor: string | null
}

export interface AssetListDeps {
  redis: Redis
  keys: Keys
  assets: Pick<AssetStore, 'loadMany'>
}

/** @throws InvalidCursor */
export async function listAssets(deps: AssetListDeps, query: AssetQuery): Promise<AssetPage> {
  const { redis, keys } = deps
  const start = query.cursor === undefined ? null : decodeCursor(query.cursor)
  const { since, until } = query
  const found: Asset[] = []
  const gone: string[] = []
  let last: Place | null = null
  let scanned = 0
  try {
    for await (const entries of newestFirst(redis, keys.assets, { start, since, until })) {
      const records = await deps.assets.loadMany(entries.map(({ id }) => id))
      for (const [at, entry] of entries.entries()) {
        if (found.length === query.limit || scanned === SCAN_AT_MOST) {
          return { assets: found, nextCursor: last && encodeCursor(last) }
        }
        scanned += 1
        last = entry
        const asset = records[at]
        if (!asset) gone.push(entry.id)
        else if (matches(asset, query)) found.push(asset)
      }
    }
    return { assets: found, nextCursor: null }
  } finally {
    if (gone.length > 0) await ask(redis.zrem(keys.assets, ...gone))
  }
}

/** A page of these assets: those of a job, which are too few for an index of their own. */
export function pageOfAssets(assets: readonly Asset[], query: AssetQuery): AssetPage {
  const { cursor, limit, since = 0, until = Number.POSITIVE_INFINITY } = query
  const start = cursor === undefined ? null : decodeCursor(cursor)
  const left = assets
    .filter((asset) => asset.created_at >= since && asset.created_at < until)
    .filter((asset) => matches(asset, query))
    .filter((asset) => !start || isAfter(toPlace(asset), start))
    .toSorted((a, b) => (isAfter(toPlace(b), toPlace(a)) ? -1 : 1))
  const page = left.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = last && left.length > limit ? encodeCursor(toPlace(last)) : null
  return { assets: page, nextCursor }
}

function toPlace({ id, created_at }: Asset): Place {
  return { id, at: created_at }
}

function matches(asset: Asset, { types, name, tag, owner }: AssetQuery): boolean {
  if (types && !types.includes(asset.type)) return false
  if (tag !== undefined && !asset.tags.includes(tag)) return false
  if (owner !== undefined && asset.owner !== owner) return false
  return name === undefined || asset.name.toLowerCase().includes(name.toLowerCase())
}
