/** When a worker should be started anew, and when it can work. */
import { describe, expect, it } from 'vitest'
import { judgeConsumption, judgeReadiness } from './judge.ts'
import { createPulse, type PoolLoop } from './pulse.ts'

const STUCK = 60_000
const loop = (pool: string, doing: PoolLoop['doing'], forMs: number): PoolLoop => ({
  pool,
  doing,
  forMs,
})
const codes = (loops: PoolLoop[], redisUpMs: number | null = 1e9) =>
  judgeConsumption({ loops, redisUpMs, stuckMs: STUCK }).map(({ code }) => code)

describe('a worker lives', () => {
  it('that has looked lately', () => {
    expect(codes([])).toEqual([])
    expect(codes([loop('*', 'looks', STUCK - 1)])).toEqual([])
  })

  it('that has no slot to look for, however long its jobs take', () => {
    expect(codes([loop('*', 'waits_for_slot', 1e9)])).toEqual([])
  })

  it('whose Redis is away, or has just come back', () => {
    expect(codes([loop('*', 'looks', 1e9)], null)).toEqual([])
    expect(codes([loop('*', 'looks', 1e9)], STUCK - 1)).toEqual([])
    expect(codes([loop('*', 'looks', 1e9)], STUCK)).toEqual(['not_looking'])
  })

  it('no more, when one of its looks never comes back', () => {
    const loops = [loop('*', 'looks', 10), loop('a', 'looks', 90_400), loop('b', 'looks', STUCK)]
    expect(judgeConsumption({ loops, redisUpMs: 1e9, stuckMs: STUCK })).toEqual([
      {
        code: 'not_looking',
        message: 'A look for jobs of 2 of 3 pools has not come back for 90 s.',
      },
    ])
  })
})

describe('a worker is ready', () => {
  const well = { isClosing: false, redisOutage: null }

  it('with one host that takes jobs', () => {
    for (const state of ['ready', 'busy', 'degraded'] as const)
      expect(judgeReadiness({ ...well, hosts: ['offline', state] })).toEqual([])
  })

  it('not without, and says how they are', () => {
    expect(judgeReadiness({ ...well, hosts: ['offline', 'draining', 'offline'] })).toEqual([
      { code: 'no_host', message: 'None of its hosts takes jobs: 2 offline, 1 draining.' },
    ])
    expect(judgeReadiness({ ...well, hosts: [] })).toMatchObject([{ code: 'no_host' }])
  })

  it('not for several reasons at once', () => {
    const reasons = judgeReadiness({ isClosing: true, redisOutage: 'away', hosts: ['starting'] })
    expect(reasons.map(({ code }) => code)).toEqual(['closing', 'redis_away', 'no_host'])
    expect(judgeReadiness({ ...well, redisOutage: 'denied', hosts: ['ready'] })).toEqual([
      { code: 'redis_denied', message: 'Redis does not accept our user or password.' },
    ])
  })
})

it('the pulse of a pool tells what its loop is about, and for how long', () => {
  let now = 0
  const pulse = createPulse({ steady: () => now })
  pulse.looks('*')
  pulse.looks('a')
  now = 5
  pulse.waitsForSlot('a')
  now = 12
  expect(pulse.loops()).toEqual([loop('*', 'looks', 12), loop('a', 'waits_for_slot', 7)])
  pulse.looks('*')
  expect(pulse.loops()[0]).toEqual(loop('*', 'looks', 0))
})
