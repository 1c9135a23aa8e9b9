import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isPublicAddress } from './public-address.ts'

it.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.127.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.19.0.1',
  '224.0.0.251',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '100::1',
  'fe80::1',
  'fe80::1%eth0',
  '2606:4700::1%eth0',
  'fec0::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  'localhost',
  '127.1',
  '0x7f000001',
  '2130706433',
  '',
])('%j is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

it.each([
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.167.1.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

const octet = fc.integer({ min: 0, max: 255 })
const inNet = (...start: number[]) =>
  fc
    .array(octet, { minLength: 4 - start.length, maxLength: 4 - start.length })
    .map((rest) => [...start, ...rest].join('.'))

it('finds no way around the nets of machines and of offices', () => {
  const nets = [inNet(10), inNet(127), inNet(169, 254), inNet(192, 168), inNet(0)]
  fc.assert(
    fc.property(fc.oneof(...nets), (address) => {
      expect(isPublicAddress(address)).toBe(false)
      expect(isPublicAddress(`::ffff:${address}`)).toBe(false)
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(false)
    }),
  )
})

it('takes nothing of IPv6 for public that does not begin with 2 or 3', () => {
  const group = fc.integer({ min: 0, max: 0xffff })
  const address = fc
    .tuple(group, fc.array(group, { minLength: 7, maxLength: 7 }))
    .filter(([first]) => first < 0x2000 || first >= 0x4000)
    .map(([first, rest]) => [first, ...rest].map((part) => part.toString(16)).join(':'))
  fc.assert(
    fc.property(address, (text) => {
      expect(isPublicAddress(text)).toBe(false)
    }),
  )
})
