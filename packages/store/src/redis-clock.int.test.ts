import { systemClock } from '@safelight/runtime'
import { openClient } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { startRedisClock } from './redis-clock.ts'

it.each([-120_000, 0, 120_000])(
  'tells Redis’ time to a process that is %i ms off',
  async (offMs) => {
    const redis = await openClient('worker')
    let steadyMs = 1_000
    const clock = startRedisClock(redis, {
      ...systemClock,
      now: () => Date.now() + offMs,
      steady: () => steadyMs,
    })
    onTestFinished(() => clock.close())
    expect(Math.abs(clock.now() - Date.now() - offMs)).toBeLessThan(5_000)
    await clock.set()
    const set = clock.now()
    expect(Math.abs(set - Date.now())).toBeLessThan(5_000)
    steadyMs += 70
    expect(clock.now() - set).toBe(70)
  },
)
