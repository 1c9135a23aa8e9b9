import { expect, it } from 'vitest'
import {
  createTrustCheck,
  isNetwork,
  readClientAddress,
  type TrustedProxies,
} from './trusted-proxies.ts'

function clientOf(proxies: TrustedProxies, from: string, forwarded?: string): string {
  const request = {
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    // what else a socket is does not matter here
    socket: { remoteAddress: from } as Parameters<typeof readClientAddress>[0]['socket'],
  }
  return readClientAddress(request, createTrustCheck(proxies))
}

it.each([
  // nobody is believed
  [0, '203.0.113.9', '1.1.1.1', '203.0.113.9'],
  // one proxy: what it added last is true, what came before is the client's own text
  [1, '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
  [1, '10.0.0.1', undefined, '10.0.0.1'],
  [2, '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
  [['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
  [['10.0.0.0/8'], '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  // not through the proxy: nothing it says is believed
  [['10.0.0.0/8'], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
  [['fd00::/8'], 'fd00::1', '2001:db8::9', '2001:db8::9'],
  [['10.0.0.1'], '10.0.0.1', 'rubbish, 10.0.0.1', 'rubbish'],
] as const)('with %j, from %s, forwarded for %s: %s', (...row) => {
  const [proxies, from, forwarded, client] = row
  expect(clientOf(proxies, from, forwarded)).toBe(client)
})

it('knows an address or network when it sees one', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])
    expect(isNetwork(good)).toBe(true)
  for (const bad of [
    'true',
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'proxy',
    '::1/129',
  ])
    expect(isNetwork(bad)).toBe(false)
})
