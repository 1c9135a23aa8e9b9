/**
 * Which names a request may call a server by. A browser takes a page's word for what its own name points
 * to: without this, any page could have its name lead to a server nearby and read it as its own
 * (DNS rebinding).
 */
import { isIP } from 'node:net'

/** For the value of a `Host` header. */
export type HostCheck = (host: string | undefined) => boolean

export interface HostNames {
  publicUrl: string | null
  /** The address we listen on. */
  listensOn: string
  /** Names without ports; `*` for any. */
  allowed: readonly string[]
}

export function createHostCheck({ publicUrl, listensOn, allowed }: HostNames): HostCheck {
  if (allowed.includes('*')) return () => true
  const own = publicUrl === null ? [] : [new URL(publicUrl).host]
  const names = new Set([...own, ...allowed, toHost(listensOn)].map(readName))
  const check = (host: string | undefined) => {
    const name = readName(host)
    return name !== null && (isLoopback(name) || names.has(name))
  }
  // every request of a connection says the same: the name that was good last is not read again
  let good: string | undefined
  return (host) => {
    if (good !== undefined && host === good) return true
    const isGood = check(host)
    if (isGood) good = host
    return isGood
  }
}

/** Of an address of this machine alone. */
export function isLoopback(name: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(name)
}

/** `Example.org:8080` → `example.org`; null for what cannot be a host. */
function readName(host: string | undefined): string | null {
  if (host === undefined || !isHost(host)) return null
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null
}

/** A header is anybody's text: only what can be a host goes into an address. */
export function isHost(text: string): boolean {
  return /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(text)
}

const toHost = (address: string) => (isIP(address) === 6 ? `[${address}]` : address)
