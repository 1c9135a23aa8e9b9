/** What a process takes for Redis' time, however late Redis' answers get there. */
import { beforeEach, expect, it } from 'vitest'
import { createRedisTime } from './redis-time.ts'

/** By Redis' clock, and by our stopwatch. */
let [redisMs, steadyMs] = [0, 0]
let [thereMs, backMs] = [0, 0]

function pass(ms: number): void {
  redisMs += ms
  steadyMs += ms
}

const redis = {
  async time() {
    pass(thereMs)
    const told = [Math.floor(redisMs / 1_000), (redisMs % 1_000) * 1_000]
    pass(backMs)
    return told
  },
}

let now: () => Promise<number>
beforeEach(() => {
  ;[redisMs, steadyMs] = [1e9, 50]
  ;[thereMs, backMs] = [0, 0]
  now = createRedisTime(redis, { steady: () => steadyMs })
})

it('goes on by the stopwatch, and is asked for again after a while', async () => {
  expect(await now()).toBe(redisMs)
  backMs = 40
  pass(4_000)
  expect(await now()).toBe(redisMs)
})

it.each([40, 900, 2_600, 60_000])(
  'is not behind when an answer is %i ms late: the process may have been frozen',
  async (lateMs) => {
    await now()
    pass(6_000)
    backMs = lateMs
    expect(await now()).toBe(redisMs)
  },
)

it('asks anew when its very first answer is late: it has none to be compared with', async () => {
  backMs = 25_000
  const first = now()
  // only this one: we were frozen
  backMs = 1
  expect(await first).toBe(redisMs - 1)
})

it('gets better with the first answer that was faster', async () => {
  backMs = 80
  expect(await now()).toBe(redisMs - 80)
  pass(6_000)
  backMs = 3
  expect(await now()).toBe(redisMs - 3)
})

it.each([-3_600_000, -500, 500, 3_600_000])(
  'follows when the clock of Redis is set by %i ms, or it is another Redis',
  async (byMs) => {
    await now()
    pass(6_000)
    redisMs += byMs
    ;[thereMs, backMs] = [2, 2]
    expect(await now()).toBe(redisMs - 2)
  },
)
