/** Whose `X-Forwarded-*` headers are believed: those of the proxies an operator named, and nobody else's. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** How many proxies a request passes before it is here, or their addresses and networks. */
export type TrustedProxies = number | readonly string[]

/** Whether what stands `hop` steps before us (0: whoever connects) is one of ours; in Express' own form. */
export type TrustCheck = (address: string, hop: number) => boolean

export function createTrustCheck(proxies: TrustedProxies): TrustCheck {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies
  const listed = new BlockList()
  for (const entry of proxies) {
    const { address, family, bits } = readNetwork(entry)
    listed.addSubnet(address, bits, family)
  }
  return (given) => {
    const address = toPlain(given)
    return isIP(address) !== 0 && listed.check(address, familyOf(address))
  }
}

/** `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(entry: string): boolean {
  const { address, bits } = readNetwork(entry)
  return isIP(address) !== 0 && bits >= 0 && bits <= widthOf(address)
}

function readNetwork(entry: string) {
  const [address = '', bits, ...rest] = entry.split('/')
  const isWhole = bits === undefined || (rest.length === 0 && /^\d{1,3}$/.test(bits))
  const given = isWhole ? Number(bits ?? widthOf(address)) : -1
  return { address, family: familyOf(address), bits: given }
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
const widthOf = (address: string) => (isIP(address) === 6 ? 128 : 32)

/** An IPv4 client of a server that listens on IPv6. */
const toPlain = (address: string) => address.replace(/^::ffff:(?=[\d.]+$)/i, '')

/** Who asks: the first address before us that is not one of our proxies. What is further away is anybody's text. */
export function readClientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusts: TrustCheck,
): string {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  const way = [
    socket.remoteAddress ?? 'unknown',
    ...forwarded.flatMap((address) => address.trim() || []).reverse(),
  ]
  const client = way.find((address, hop) => !trusts(address, hop))
  return client ?? way.at(-1) ?? 'unknown'
}
