/**
 * Addresses of content that open without the token, for a while: `?expires=<unix seconds>&signature=<hex>`. Only with
 * a token there is anything to be opened; without one they say just how long they are meant to be used.
 *
 * A watcher that folds events and one that joins late must hold the same address of an output. So an output's is good for
 * as long as it is kept, which was said once and is the same for all; and short lives end on whole `URL_TTL`s, so that
 * two processes that are asked at once say the same.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { ApiError } from '@safelight/shared'

export interface UrlSigner {
  /** What to add to the address, '' or with its `?`, and until when (ms) it is good. */
  sign(assetId: string, until: number): string
  /** When an address that is given out now ends: ms since the epoch. */
  shortEnd(): number
  now: () => number
}

export interface SignedUrlOptions {
  /** SAFELIGHT_TOKEN */
  token: string | null
  ttlMs: number
  now: () => number
}

export function createUrlSigner({ token, ttlMs, now }: SignedUrlOptions): UrlSigner {
  return {
    now,
    sign(assetId, until) {
      if (token === null) return ''
      const expires = Math.ceil(until / 1000)
      return `?expires=${expires}&signature=${signatureOf({ token, assetId, expires })}`
    },
    // never less than one whole life
    shortEnd: () => (Math.floor(now() / ttlMs) + 2) * ttlMs,
  }
}

/** Where nothing needs to be signed. */
export const UNSIGNED: UrlSigner = createUrlSigner({
  token: null,
  ttlMs: 3_600_000,
  now: Date.now,
})

/** One key per purpose: what is signed here says nothing about the token, nor the other way round. */
function signatureOf(of: { token: string; assetId: string; expires: number }): string {
  const key = createHmac('sha256', of.token).update('safelight: urls of assets').digest()
  return createHmac('sha256', key)
    .update(`${of.assetId}\n${of.expires}`)
    .digest('hex')
    .slice(0, SIGNATURE_DIGITS)
}

/** 128 bits: nobody guesses one before it ends. */
const SIGNATURE_DIGITS = 32

export interface SignedRequest {
  method: string
  /** Without the query. */
  path: string
  query: Record<string, unknown>
}

/**
 * Whether a request needs no token because of how it is signed.
 * @returns null when it is not signed, or is for nothing that may be
 * @throws ApiError `forbidden` when it is, and wrongly or for a time that is over
 */
export function createSignatureCheck({ token, now }: Pick<SignedUrlOptions, 'token' | 'now'>) {
  return ({ method, path, query }: SignedRequest): boolean => {
    const { signature, expires } = query
    if (token === null || signature === undefined) return false
    const assetId = /^\/api\/v2\/assets\/([A-Za-z0-9_-]{1,128})\/content$/.exec(path)?.[1]
    if (assetId === undefined || (method !== 'GET' && method !== 'HEAD')) return false
    const end = typeof expires === 'string' && /^\d{1,12}$/.test(expires) ? Number(expires) : null
    if (end === null || !isSame(signature, signatureOf({ token, assetId, expires: end }))) {
      throw new ApiError('forbidden', `This address is not one that was given out. ${FRESH}`)
    }
    if (end * 1000 <= now()) {
      throw new ApiError('forbidden', `The time of this address is over. ${FRESH}`)
    }
    return true
  }
}

const FRESH = 'Ask for the asset or its job to get a fresh one.'

function isSame(given: unknown, expected: string): boolean {
  if (typeof given !== 'string' || !/^[0-9a-f]{32}$/.test(given)) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}
