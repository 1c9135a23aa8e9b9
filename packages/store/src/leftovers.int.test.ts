import { expect, it } from 'vitest'
import { createLeftovers } from './leftovers.ts'
import { openTestStore } from '@safelight/testkit/vitest'

it('remembers what was left on a host until it is settled, but not for ever', async () => {
  const { redis, keys } = await openTestStore()
  const leftovers = createLeftovers({ redis, keys })
  const one = { promptId: 'ours', knownPromptId: 'ours' }
  const other = { promptId: 'mark', knownPromptId: 'chosen by the host' }
  await leftovers.note('gpu-1', one)
  await leftovers.note('gpu-1', other)
  expect(await leftovers.list('gpu-1')).toEqual([one, other])
  expect(await leftovers.list('gpu-2')).toEqual([])
  expect(await redis.pttl(keys.leftovers('gpu-1'))).toBeGreaterThan(0)
  await leftovers.settle('gpu-1', 'ours')
  expect(await leftovers.list('gpu-1')).toEqual([other])
})
