/** Addresses of what the API serves, as the asking client can reach it. */
import type { IncomingMessage } from 'node:http'
import { type HostCheck, isHost } from '@safelight/runtime'
import { UNSIGNED, type UrlSigner } from './signed-urls.ts'
import type { TrustCheck } from './trusted-proxies.ts'

export interface Links {
  /** What all absolute addresses begin with: alike for clients that ask in the same way. */
  readonly base: string
  /** Relative to the host, so a client behind any proxy resolves them against what it asked. */
  job(jobId: string): { self: string; events: string; cancel: string }
  /** A fresh address of an asset's content. `keptUntil`: ms since the epoch; null for an asset that does not expire. */
  assetContent(assetId: string, keptUntil: number | null): ContentLink
  /** That of an output, the same for whoever asks and whenever, as long as it is kept. */
  outputContent(assetId: string, keptUntil: number): ContentLink
}

/** Absolute, as the contract asks, and good until then (ms since the epoch). */
export interface ContentLink {
  url: string
  until: number
}

/** @param base e.g. `https://pictures.example/safelight`, without a slash at the end */
export function createLinks(base: string, urls: UrlSigner = UNSIGNED): Links {
  const prefix = pathOf(base)
  const content = (assetId: string, until: number): ContentLink => ({
    url: `${base}/api/v2/assets/${encodeURIComponent(assetId)}/content${urls.sign(assetId, until)}`,
    until,
  })
  return {
    base,
    job(jobId) {
      const self = `${prefix}/api/v2/jobs/${encodeURIComponent(jobId)}`
      return { self, events: `${self}/events`, cancel: `${self}/cancel` }
    },
    assetContent(assetId, keptUntil) {
      const end = urls.shortEnd()
      // past its time it may be kept still, for who needs it
      const isKept = keptUntil !== null && keptUntil > urls.now()
      return content(assetId, isKept ? Math.min(keptUntil, end) : end)
    },
    outputContent(assetId, keptUntil) {
      return content(assetId, keptUntil > urls.now() ? keptUntil : urls.shortEnd())
    },
  }
}

/** Most addresses have none, and need not be taken apart for that. */
function pathOf(base: string): string {
  if (base.indexOf('/', 'https://'.length) < 0) return ''
  const { pathname } = new URL(base)
  return pathname === '/' ? '' : pathname
}

export interface LinkOptions extends BaseUrlOptions {
  urls: UrlSigner
}

export interface BaseUrlOptions {
  publicUrl: string | null
  /** Whose `X-Forwarded-Proto` and `X-Forwarded-Host` are believed. */
  trusts: TrustCheck
  isHostAllowed: HostCheck
}

/** Where the client found us: the configured address, or what its request says. */
export function readBaseUrl(request: IncomingMessage, options: BaseUrlOptions): string {
  if (options.publicUrl) return options.publicUrl.replace(/\/+$/, '')
  const isFromProxy = options.trusts(request.socket.remoteAddress ?? '', 0)
  const forwarded = (name: string) => {
    const value = isFromProxy ? request.headers[name] : undefined
    return typeof value === 'string' ? value.split(',')[0]?.trim() : undefined
  }
  const encrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  const proto = forwarded('x-forwarded-proto') ?? (encrypted ? 'https' : 'http')
  const asked = forwarded('x-forwarded-host')
  const host = asked && options.isHostAllowed(asked) ? asked : (request.headers.host ?? '')
  return `${proto === 'https' ? 'https' : 'http'}://${isHost(host) ? host : localAddress(request)}`
}

function localAddress({ socket }: IncomingMessage): string {
  return `localhost:${socket.localPort ?? 80}`
}
