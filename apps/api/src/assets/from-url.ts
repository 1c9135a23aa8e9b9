/** An asset of what is at a url: for `POST /api/v2/assets`, and for submissions that name one in place of a file. */
import { randomUUID } from 'node:crypto'
import type { FetchToAsset } from '@safelight/assets'
import { type Asset, DEFAULT_OWNER } from '@safelight/shared'
import type { JobStore } from '@safelight/store'
import { toRefusal } from './refusals.ts'

export interface FetchOptions {
  /** UUID it gets; unset: a new one. */
  id?: string | undefined
  owner?: string | undefined
  file_path?: string | undefined
  tags?: readonly string[] | undefined
  /** Seconds from now. */
  expires_in?: number | undefined
  signal?: AbortSignal | undefined
}

/** @throws ApiError when it is the url's fault, in words that do not name it */
export type FetchAsset = (
  url: string,
  options: FetchOptions,
) => Promise<{ asset: Asset; createdNew: boolean }>

export interface FetchAssetDeps {
  fetchToAsset: FetchToAsset
  store: Pick<JobStore, 'now'>
  /** ms; null: until it is deleted */
  retentionMs: number | null
}

export function createFetchAsset({ fetchToAsset, store, retentionMs }: FetchAssetDeps): FetchAsset {
  return async (url, { id, owner = DEFAULT_OWNER, file_path, tags = [], expires_in, signal }) => {
    const createdAt = await store.now()
    const facts = {
      id: id ?? randomUUID(),
      filePath: file_path ?? null,
      tags,
      owner,
      createdAt,
      expiresAt: toExpiry(createdAt, expires_in, retentionMs),
    }
    try {
      return await fetchToAsset(url, facts, signal)
    } catch (error) {
      throw toRefusal(error)
    }
  }
}

/** When what is made now ends (ms since the epoch). @param expiresIn seconds, where the client says so */
export function toExpiry(
  now: number,
  expiresIn: number | undefined,
  retentionMs: number | null,
): number | null {
  if (expiresIn !== undefined) return now + expiresIn * 1000
  return retentionMs === null ? null : now + retentionMs
}
