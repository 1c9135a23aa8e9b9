/**
 * Where Redis is, as REDIS_URL says it: `redis://…`, `rediss://…` (TLS), or through Sentinels, which know which of
 * several is the primary now: `redis+sentinel://user:password@s1:26379,s2:26379,s3:26379/mymaster?db=0`.
 */

export interface SentinelUrl {
  /** Port 26379 unless said. */
  sentinels: { host: string; port: number }[]
  /** As the Sentinels call it. */
  master: string
  /** Of Redis itself. */
  username: string | null
  password: string | null
  db: number
  /** Of the Sentinels. */
  sentinelUsername: string | null
  sentinelPassword: string | null
  /** `rediss+sentinel://`: for the Sentinels and for Redis. */
  tls: boolean
}

// several hosts do not fit into a URL as the standard reads it
const SENTINEL_URL =
  /^(rediss?)\+sentinel:\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([\w.-]+)(?:\?([^#]*))?$/i
const PARAMETERS = ['db', 'sentinelUsername', 'sentinelPassword']
const DEFAULT_PORT = 26_379

/** Null for what is no such url, also when it is a plain one. */
export function parseSentinelUrl(text: string): SentinelUrl | null {
  const [, scheme, userInfo = '', hosts = '', master = '', query = ''] =
    SENTINEL_URL.exec(text) ?? []
  if (scheme === undefined) return null
  const sentinels = hosts.split(',').flatMap((host) => parseSentinel(host) ?? [])
  if (sentinels.length < hosts.split(',').length) return null
  const parameters = new URLSearchParams(query)
  if ([...parameters.keys()].some((name) => !PARAMETERS.includes(name))) return null
  const db = parameters.get('db') ?? '0'
  if (!/^\d{1,4}$/.test(db)) return null
  const [username = '', ...rest] = userInfo.split(':')
  try {
    return {
      sentinels,
      master,
      username: decodeURIComponent(username) || null,
      password: decodeURIComponent(rest.join(':')) || null,
      db: Number(db),
      sentinelUsername: parameters.get('sentinelUsername') || null,
      sentinelPassword: parameters.get('sentinelPassword') || null,
      tls: scheme.toLowerCase() === 'rediss',
    }
  } catch {
    // a % that stands for nothing
    return null
  }
}

/** `host`, `host:port`, `[::1]:port`. */
function parseSentinel(text: string): { host: string; port: number } | null {
  const url = `redis://${text.trim()}`
  if (!URL.canParse(url)) return null
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === '' ? null : { host, port: port === '' ? DEFAULT_PORT : Number(port) }
}

export function isRedisUrl(text: string): boolean {
  if (parseSentinelUrl(text)) return true
  return URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)
}

export const isTlsUrl = (text: string): boolean => /^rediss(\+sentinel)?:/i.test(text)
