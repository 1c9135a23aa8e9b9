/** ComfyUI's guard against other web pages: a foreign Origin on a local host is refused. */
import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

export function isForeign(request: IncomingMessage, refusesCrossSite: boolean): boolean {
  if (refusesCrossSite && request.headers['sec-fetch-site'] === 'cross-site') return true
  const { host, origin } = request.headers
  if (host === undefined || origin === undefined || origin === 'null') return false
  const name = host.replace(/:\d+$/, '')
  if (!LOOPBACK.test(name)) return false
  return URL.canParse(origin) && new URL(origin).host !== host
}
