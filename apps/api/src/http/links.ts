/** Addresses of what the API serves, as the asking client can reach it. */
import type { IncomingMessage } from 'node:http'

export interface Links {
  /** Relative to the host, so a client behind any proxy resolves them against what it asked. */
  job(jobId: string): { self: string; events: string; cancel: string }
  /** Absolute, as the contract asks. */
  assetContent(assetId: string): string
}

/** @param base e.g. `https://pictures.example/safelight`, without a slash at the end */
export function createLinks(base: string): Links {
  const { pathname } = new URL(base)
  const prefix = pathname === '/' ? '' : pathname
  return {
    job(jobId) {
      const self = `${prefix}/api/v2/jobs/${encodeURIComponent(jobId)}`
      return { self, events: `${self}/events`, cancel: `${self}/cancel` }
    },
    assetContent: (assetId) => `${base}/api/v2/assets/${encodeURIComponent(assetId)}/content`,
  }
}

export interface BaseUrlOptions {
  publicUrl: string | null
  /** Believe `X-Forwarded-Proto` and `X-Forwarded-Host`. */
  trustProxy: boolean
}

/** Where the client found us: the configured address, or what its request says. */
export function readBaseUrl(request: IncomingMessage, options: BaseUrlOptions): string {
  if (options.publicUrl) return options.publicUrl.replace(/\/+$/, '')
  const forwarded = (name: string) => {
    const value = options.trustProxy ? request.headers[name] : undefined
    return typeof value === 'string' ? value.split(',')[0]?.trim() : undefined
  }
  const encrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  const proto = forwarded('x-forwarded-proto') ?? (encrypted ? 'https' : 'http')
  const host = forwarded('x-forwarded-host') ?? request.headers.host ?? ''
  return `${proto === 'https' ? 'https' : 'http'}://${isHost(host) ? host : localAddress(request)}`
}

/** A header is anybody's text: only what can be a host goes into an address. */
function isHost(text: string): boolean {
  return /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(text)
}

function localAddress({ socket }: IncomingMessage): string {
  return `localhost:${socket.localPort ?? 80}`
}
