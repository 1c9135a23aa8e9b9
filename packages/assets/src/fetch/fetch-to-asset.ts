/** What is at a url becomes an asset, as if it had been sent. */
import { basename } from 'node:path/posix'
import { type Asset, LINE_MAX, toLine } from '@safelight/shared'
import { ingest, type IngestDeps, TooLarge } from '../ingest.ts'
import { toUpload, type UploadLimits } from '../to-upload.ts'
import { FetchRefused } from './fetch-refused.ts'
import { openUrl, type OpenUrlOptions } from './open-url.ts'
import { isPublicAddress } from './public-address.ts'

export interface UrlFetcherDeps extends IngestDeps, Pick<OpenUrlOptions, 'lookup'> {
  /** Any address, any port, and http as well: for a net of one's own, and for tests. */
  allowPrivate: boolean
  limits: UploadLimits & {
    /** Bytes of one file. */
    maxBytes: number
    /** From the first look at its name to its last byte. */
    fetchMs: number
  }
}

export interface FetchFacts {
  /** UUID it gets. */
  id: string
  filePath: string | null
  tags: readonly string[]
  owner: string
  /** ms since the epoch */
  createdAt: number
  /** ms since the epoch; null: until it is deleted */
  expiresAt: number | null
}

export type FetchToAsset = (
  url: string,
  facts: FetchFacts,
  signal?: AbortSignal,
) => Promise<{ asset: Asset; createdNew: boolean }>

/**
 * @returns a function that throws FetchRefused, TooLarge, RefusedUpload, the signal's reason, or what the stores say;
 *   what it throws is safe to show: it names neither the address nor what is behind it
 */
export function createUrlFetcher(deps: UrlFetcherDeps): FetchToAsset {
  const { limits, allowPrivate, lookup } = deps
  return async (url, facts, signal) => {
    const late = AbortSignal.timeout(limits.fetchMs)
    const both = signal ? AbortSignal.any([signal, late]) : late
    try {
      const options = {
        allowHttp: allowPrivate,
        mayReach: allowPrivate ? () => true : isPublicAddress,
        signal: both,
        ...(lookup && { lookup }),
      }
      const opened = await openUrl(url, options)
      if (opened.size !== null && opened.size > limits.maxBytes) {
        opened.body.destroy()
        throw new TooLarge(limits.maxBytes)
      }
      const name = facts.filePath === null ? nameIn(opened.url) : basename(facts.filePath)
      return await ingest(deps, {
        body: throughRead(opened.body),
        maxBytes: limits.maxBytes,
        toAsset: (received) =>
          toUpload(received, { ...facts, declared: opened.contentType, name }, limits),
        signal: both,
      })
    } catch (error) {
      if (late.aborted && !signal?.aborted) throw new FetchRefused('too_slow', { cause: error })
      signal?.throwIfAborted()
      throw error
    }
  }
}

/** What the server does wrong while it sends is its trouble, not the store's. */
async function* throughRead(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk
  } catch (cause) {
    throw new FetchRefused('broken_off', { cause })
  }
}

/** The last part of its path, as a name of a file. */
function nameIn({ pathname }: URL): string {
  const last = basename(pathname)
  let name = last
  try {
    name = decodeURIComponent(last)
  } catch {
    // as it is, then
  }
  return toLine(name.replace(/[\\/\p{Cc}\p{Cf}\p{Surrogate}]/gu, '_'), LINE_MAX) || 'download'
}
