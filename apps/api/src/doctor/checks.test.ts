/** Settings that are at odds with each other. */
import { expect, it } from 'vitest'
import { loadApiConfig } from '../config.ts'
import { findQuarrels } from './checks.ts'

function quarrels(env: Record<string, string> = {}): string[] {
  return findQuarrels(loadApiConfig(env), env).flatMap(({ isSo, found }) => (isSo ? [found] : []))
}

it('the defaults are at odds with nothing', () => {
  expect(quarrels()).toEqual([])
  expect(quarrels({ HOST: '0.0.0.0', SAFELIGHT_TOKEN: 'a-long-token', URL_TTL: '2h' })).toEqual([])
})

it.each([
  [{ HOST: '0.0.0.0', OPEN_TO_ALL: 'true' }, ['OPEN_TO_ALL']],
  [
    { HOST: '0.0.0.0', OPEN_TO_ALL: 'true', FETCH_ALLOW_PRIVATE: 'true' },
    ['OPEN_TO_ALL', 'FETCH_ALLOW_PRIVATE'],
  ],
  [{ CORS_ORIGIN: '*' }, ['CORS_ORIGIN']],
  [{ URL_TTL: '2h' }, ['URL_TTL']],
  [{ RETENTION: '1h' }, ['RETENTION']],
  [{ RETENTION: '8d' }, ['DEAD_LETTER_RETENTION']],
  [{ PUBLIC_URL: 'https://x.test' }, ['PUBLIC_URL']],
  [{ TRUST_PROXY: '1' }, ['a proxy']],
  [{ S3_BUCKET: 'pictures' }, ['S3_BUCKET']],
  [{ SAFELIGHT_TIMINGS: '{}' }, ['SAFELIGHT_TIMINGS']],
])('%j is told', (env, begins) => {
  const found = quarrels(env)
  expect(found.map((text, at) => text.startsWith(begins[at] ?? '?'))).toEqual(
    begins.map(() => true),
  )
})
