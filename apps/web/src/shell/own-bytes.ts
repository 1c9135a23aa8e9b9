/** Addresses of content as this page wants them. */

const CONTENT = /\/api\/v2\/assets\/[^/]+\/content$/

/**
 * The bytes from the API itself, whatever store has them. A picture may come from an object store's own origin; what a
 * script reads (texts, the mask painter) would need a CORS rule on every bucket, and there browsers ignore `download`.
 * @param address any; what is no content of an asset stays as it is
 */
export function toOwnBytes(address: string, page = location.href): string {
  const url = new URL(address, page)
  if (!CONTENT.test(url.pathname)) return address
  url.searchParams.set('redirect', 'false')
  return url.href
}
