/**
 * Opens a url that somebody else has chosen, and nothing but the public internet. A name is resolved once, all of its
 * addresses are looked at, and the connection goes to one of these: a name that leads elsewhere a moment later does not
 * lead us there. Redirects are followed by hand, and each is looked at like the first.
 */
import { lookup as lookupDns } from 'node:dns/promises'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { FetchRefused } from './fetch-refused.ts'

export interface Address {
  address: string
  family: number
}

export interface OpenUrlOptions {
  /** Also http, and any port. */
  allowHttp: boolean
  /** Whether an address may be connected to. */
  mayReach: (address: string) => boolean
  signal: AbortSignal
  /** All addresses of a name; that of the system unless a test says otherwise. */
  lookup?: (hostname: string) => Promise<Address[]>
}

export interface Opened {
  body: IncomingMessage
  /** Media type by its server's word. */
  contentType: string
  /** Bytes, where its server says so. */
  size: number | null
  /** Where it was in the end. */
  url: URL
}

const REDIRECTS_AT_MOST = 3
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** @throws FetchRefused; the signal's reason */
export async function openUrl(text: string, options: OpenUrlOptions): Promise<Opened> {
  let url = parseUrl(text, null, options)
  for (let hop = 0; ; hop += 1) {
    const response = await get(url, options)
    const status = response.statusCode ?? 0
    if (!REDIRECTS.has(status)) return toOpened(response, url)
    response.destroy()
    if (hop === REDIRECTS_AT_MOST) throw new FetchRefused('too_many_redirects')
    url = parseUrl(response.headers.location ?? '', url, options)
  }
}

function parseUrl(text: string, from: URL | null, { allowHttp }: OpenUrlOptions): URL {
  let url: URL
  try {
    url = from ? new URL(text, from) : new URL(text)
  } catch (cause) {
    throw new FetchRefused('invalid_url', { cause })
  }
  const isHttp = url.protocol === 'https:' || (allowHttp && url.protocol === 'http:')
  if (!isHttp || url.username !== '' || url.password !== '' || text === '') {
    throw new FetchRefused('invalid_url')
  }
  // an empty one is that of the protocol; on others sit services that are nobody's pictures
  if (url.port !== '' && !allowHttp) throw new FetchRefused('not_public')
  return url
}

async function get(url: URL, options: OpenUrlOptions): Promise<IncomingMessage> {
  const { signal } = options
  const addresses = await orAborted(resolve(url, options), signal)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const asked: RequestOptions = {
    // neither cookies nor credentials, and no connection that anybody has used
    agent: false,
    headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'safelight' },
    lookup: pin(addresses),
    signal,
  }
  return await new Promise((resolvePromise, reject) => {
    const fail = (cause: Error) =>
      reject(signal.aborted ? signal.reason : new FetchRefused('unreachable', { cause }))
    request(url, asked, resolvePromise)
      .on('error', fail)
      // one that changes the protocol gives neither an answer nor an error
      .on('close', () => fail(new Error('no answer')))
      .end()
  })
}

async function resolve(url: URL, options: OpenUrlOptions): Promise<Address[]> {
  const { mayReach, lookup = lookupAll } = options
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(hostname)
  const found =
    family === 0 ? await lookup(hostname).catch(unreachable) : [{ address: hostname, family }]
  // one that it may not lead to among others: whoever set that up wants to be asked twice
  if (!found.every(({ address }) => mayReach(address))) {
    throw new FetchRefused('not_public')
  }
  return found.length > 0 ? found : unreachable()
}

function unreachable(cause?: unknown): never {
  throw new FetchRefused('unreachable', { cause })
}

async function lookupAll(hostname: string): Promise<Address[]> {
  return await lookupDns(hostname, { all: true })
}

/** Of what cannot be called off: a resolver has a patience of its own. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** The connection's own look at the name: it finds what was found before. */
function pin(addresses: readonly Address[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses
    if (all) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
}

function toOpened(response: IncomingMessage, url: URL): Opened {
  const { statusCode: status = 0, headers } = response
  const encoding = headers['content-encoding'] ?? 'identity'
  if (status !== 200 || encoding !== 'identity') {
    response.destroy()
    throw status === 200 ? new FetchRefused('encoded') : new FetchRefused('refused', { status })
  }
  const size = headers['content-length']
  return {
    body: response,
    contentType: headers['content-type'] ?? '',
    size: size === undefined ? null : Number(size),
    url,
  }
}
