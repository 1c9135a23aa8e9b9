/** A host's base URL, split into what HTTP and the socket need. */

/**
 * A base may carry a path (`http://gpu/comfy`) and credentials for a proxy in front of the host.
 * fetch refuses credentials in a URL, so they become a header, and no error message repeats them.
 */
export interface HostAddress {
  /** Scheme, host and path, no trailing slash, no credentials. */
  http: string
  headers: Record<string, string>
}

/** @throws TypeError when it is not an http(s) URL */
export function parseBaseUrl(baseUrl: string): HostAddress {
  const url = new URL(baseUrl)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError('A host’s base URL starts with http:// or https://')
  }
  return {
    http: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    headers: toAuthorization(url),
  }
}

/** Where this host's socket is, for one clientId. */
export function toSocketAddress(
  baseUrl: string,
  clientId: string,
): { url: string; headers: Record<string, string> } {
  const { http, headers } = parseBaseUrl(baseUrl)
  // http → ws and https → wss
  const url = `${http.replace(/^http/, 'ws')}/ws?clientId=${encodeURIComponent(clientId)}`
  return { url, headers }
}

function toAuthorization(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
