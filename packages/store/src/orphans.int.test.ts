import { expect, it } from 'vitest'
import { createOrphans } from './orphans.ts'
import { openTestStore } from '@safelight/testkit/vitest'

it('remembers an orphan until it is gone from its host, but not for ever', async () => {
  const { redis, keys } = await openTestStore()
  const orphans = createOrphans({ redis, keys })
  const one = { promptId: 'ours', knownPromptId: 'ours' }
  const other = { promptId: 'mark', knownPromptId: 'chosen by the host' }
  await orphans.add('gpu-1', one)
  await orphans.add('gpu-1', other)
  expect(await orphans.list('gpu-1')).toEqual([one, other])
  expect(await orphans.list('gpu-2')).toEqual([])
  expect(await redis.pttl(keys.orphans('gpu-1'))).toBeGreaterThan(0)
  await orphans.remove('gpu-1', 'ours')
  expect(await orphans.list('gpu-1')).toEqual([other])
})
