import { expect, it } from 'vitest'
import { isOwnOrigin } from './origins.ts'

const closed = { corsOrigins: [], publicUrl: null }
const host = 'localhost:8080'

it.each([
  [{ host }, true],
  [{ host, origin: 'http://localhost:8080' }, true],
  [{ host, origin: 'https://localhost:8080', 'sec-fetch-site': 'same-origin' }, true],
  [{ host, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }, false],
  [{ host, origin: 'https://evil.example' }, false],
  [{ host, origin: 'null' }, false],
  [{ host, origin: '' }, false],
  [{ host, 'sec-fetch-site': 'cross-site' }, false],
  [{ host, origin: 'http://localhost:8080', 'sec-fetch-site': 'cross-site' }, false],
  [{ host, 'sec-fetch-site': 'none' }, true],
])('%j: %s', (headers, allowed) => {
  expect(isOwnOrigin(headers, closed)).toBe(allowed)
})

it('lets in the configured origins, and the public address behind a proxy that names another host', () => {
  const open = { corsOrigins: ['https://good.example'], publicUrl: 'https://pictures.example/sub' }
  const good = { host, origin: 'https://good.example', 'sec-fetch-site': 'cross-site' }
  expect(isOwnOrigin(good, open)).toBe(true)
  expect(isOwnOrigin({ host: 'api:8080', origin: 'https://pictures.example' }, open)).toBe(true)
  expect(isOwnOrigin({ host: 'api:8080', origin: 'http://pictures.example' }, open)).toBe(false)
  expect(isOwnOrigin(good, { ...open, corsOrigins: ['*'] })).toBe(true)
})
