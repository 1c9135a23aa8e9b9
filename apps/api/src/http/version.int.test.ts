import { readFileSync } from 'node:fs'
import { versionViewSchema } from '@safelight/shared'
import { expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { SAFELIGHT_COMMIT: 'abcdef1' } })

it('a server says which version it is, to whoever may use it', async () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  const response = await fetch(`${stack.api.url}/api/v2/version`)
  expect(versionViewSchema.parse(await response.json())).toEqual({
    version,
    commit: 'abcdef1',
    contract: '2.0.0',
    node: process.versions.node,
  })
  const guarded = await stack.startApi({ SAFELIGHT_TOKEN: 'a-token-for-tests' })
  expect((await fetch(`${guarded.url}/api/v2/version`)).status).toBe(401)
})
