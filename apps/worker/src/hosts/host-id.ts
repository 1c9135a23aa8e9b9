/** A host's id, derived from its URL: the same in every worker and after every restart, without credentials. */
import { createHash } from 'node:crypto'

/** e.g. `gpu-1.lan:8188`; another path or scheme on the same address adds a short hash. */
export function hostIdOf(url: URL): string {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const address = `${url.hostname}:${port}`
  const path = url.pathname.replace(/\/+$/, '')
  if (path === '' && url.protocol === 'http:') return address
  const hash = createHash('sha256').update(`${url.protocol}${path}`).digest('hex').slice(0, 6)
  return `${address}-${hash}`
}
