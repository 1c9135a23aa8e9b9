import { expect, it } from 'vitest'
import { COMMON_LINES } from './log-lines.ts'

const refusal = (why: string, reply: string | null) =>
  COMMON_LINES['redis:failed']?.({ role: 'worker', why, reply }) ?? null

it.each([
  ['full', 'OOM'],
  ['read_only', 'READONLY'],
  ['denied', 'NOPERM'],
  // it comes on a connection that is there: nobody tells that Redis is away
  ['loading', 'BUSY'],
  ['away', 'CLUSTERDOWN'],
])('a Redis that is there and refuses is told, once for each refusal: %s, %s', (why, reply) => {
  expect(refusal(why, reply)).toEqual({
    level: 'warn',
    text: 'Redis refuses what it is asked',
    fields: { redis: 'worker', reason: why, reply },
    alike: `redis worker ${why} ${reply}`,
  })
})

it('a Redis that does not answer is told as one that is away, and a mistake of ours by whoever made it', () => {
  expect([refusal('away', null), refusal('other', 'WRONGTYPE')]).toEqual([null, null])
})
