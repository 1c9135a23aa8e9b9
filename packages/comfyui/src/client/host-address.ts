/** Where a host is and what it wants to see: everything that HTTP and the socket need. */

/** An address to call, with what goes along. Made for one call and not kept: it holds secrets. */
export interface CallAddress {
  url: string
  headers: Record<string, string>
}

/**
 * A base may carry a path (`http://gpu/comfy`), a query (`?token=…`) and credentials for a proxy in front of the
 * host; other headers may come with it. What is secret of that only comes out of the functions: an address that
 * is logged, reported or written down shows none of it.
 */
export interface HostAddress {
  /** Scheme, host and path, no trailing slash, no credentials, no query: may be shown. */
  readonly base: string
  /** Whoever knows `base` can call it: nothing else goes along. */
  readonly isOpen: boolean
  /** @param path with its own query, if it has one */
  call(path: string): CallAddress
  /** Where this host's socket is, for one clientId. */
  socket(clientId: string): CallAddress
}

/**
 * @param headers sent with every call and at the handshake of every socket
 * @throws TypeError when it is not an http(s) URL
 */
export function toHostAddress(
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
): HostAddress {
  const url = new URL(baseUrl)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError('A host’s base URL starts with http:// or https://')
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  // fetch refuses credentials in a URL, so they become a header
  const all = { ...headers, ...toAuthorization(url) }
  const query = url.search.slice(1)
  const withQuery = (path: string) =>
    query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`
  return {
    base,
    isOpen: query === '' && Object.keys(all).length === 0,
    call: (path) => ({ url: base + withQuery(path), headers: { ...all } }),
    socket: (clientId) => ({
      // http → ws and https → wss
      url: `${base.replace(/^http/, 'ws')}${withQuery(`/ws?clientId=${encodeURIComponent(clientId)}`)}`,
      headers: { ...all },
    }),
  }
}

/** Whether both lead to the same place with the same credentials. */
export function isSameAddress(one: HostAddress, other: HostAddress): boolean {
  const text = (address: HostAddress) => JSON.stringify(address.call('/'))
  return text(one) === text(other)
}

function toAuthorization(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
