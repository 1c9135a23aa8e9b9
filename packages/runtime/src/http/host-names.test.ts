import { expect, it } from 'vitest'
import { createHostCheck } from './host-names.ts'

const plain = { publicUrl: null, listensOn: '127.0.0.1', allowed: [] }

it.each([
  ['127.0.0.1:8080', true],
  ['localhost', true],
  ['LOCALHOST:1', true],
  ['safelight.localhost:8080', true],
  ['[::1]:8080', true],
  ['127.8.8.8', true],
  ['evil.example', false],
  ['evil.example:8080', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['evillocalhost', false],
  ['user@localhost', false],
  ['localhost/evil', false],
  ['', false],
  [undefined, false],
])('by default %s: %s', (host, allowed) => {
  expect(createHostCheck(plain)(host)).toBe(allowed)
})

it('knows the public address, the one it listens on, and those on the list, at any port', () => {
  const isAllowed = createHostCheck({
    publicUrl: 'https://Pictures.example:8443/safelight',
    listensOn: '10.0.0.5',
    allowed: ['api', 'other.example'],
  })
  for (const host of ['pictures.example', 'pictures.example:8443', '10.0.0.5:8080', 'API:8080'])
    expect(isAllowed(host)).toBe(true)
  expect(isAllowed('other.example')).toBe(true)
  for (const host of ['example', 'x.pictures.example', '10.0.0.6'])
    expect(isAllowed(host)).toBe(false)
})

it('knows every name when told so', () => {
  const isAllowed = createHostCheck({ ...plain, allowed: ['*'] })
  expect([isAllowed('evil.example'), isAllowed(undefined)]).toEqual([true, true])
})
