/** Pools that jobs wait in and that no host has, and which label was meant. */
import { createHostRegistry } from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { lookAtPools } from './pools.ts'

it('a pool that nobody has is told with the label that is like it, unless a listed host has that', async () => {
  const { redis, keys } = await openTestStore()
  const { namespace } = keys
  const wait = async (pool: string, jobs: number) => {
    await redis.sadd(keys.pools, pool)
    for (let n = 0; n < jobs; n += 1) await redis.zadd(keys.backlog(pool), n, `${pool}-${n}`)
  }
  const look = async (labels: string[] = []) =>
    (await lookAtPools(redis, { namespace, labels })).map(
      ({ verdict, found }) => `${verdict} ${found}`,
    )

  await createHostRegistry({ redis, keys }).report(
    newHostReport(Date.now(), { hostId: 'gpu-1', labels: ['flux'] }),
  )
  await wait('*', 3)
  await wait('flux', 2)
  expect(await look()).toEqual(['ok each that jobs wait in has hosts'])

  await wait('fluxx', 2)
  await wait('video', 1)
  expect(await look()).toEqual([
    "warn 2 jobs wait for the pool 'fluxx', and no host has that label; like it: 'flux'",
    "warn 1 job waits for the pool 'video', and no host has that label",
  ])
  expect(await look(['fluxx'])).toHaveLength(1)

  for (let n = 0; n < 20; n += 1) await wait(`p-${n}\u001b[2J`, 1)
  const many = await look()
  expect(many).toHaveLength(6)
  expect(many.at(-1)).toBe('warn 17 more have no host')
  expect(many.join()).not.toMatch(/\p{Cc}/u)
})
