import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createMadeOutputs } from './made-outputs.ts'

const made = {
  hash: `blake3:${'a'.repeat(64)}`,
  size_bytes: 3,
  content_type: 'image/png',
  type: 'image',
} as const

it('knows what was made for as long as it was told to, and nothing that it cannot read', async () => {
  const { redis, keys } = await openTestStore()
  const outputs = createMadeOutputs({ redis, keys })
  expect(await outputs.find('sig')).toBeNull()
  await outputs.note('sig', made, 60_000)
  expect(await outputs.find('sig')).toEqual(made)
  expect(await redis.pttl(keys.made('sig'))).toBeGreaterThan(50_000)
  await redis.set(keys.made('other'), '{"hash": 7}')
  expect(await outputs.find('other')).toBeNull()
})
