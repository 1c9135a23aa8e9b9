/** When a job that waits should begin and end. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FleetWork, ServingHost } from './fleet-work.ts'
import { beginsIn, toEndMs, type Waiting } from './wait-time.ts'

const NOW = 1_000_000
const S = 1_000
const host = (over: Partial<ServingHost> = {}): ServingHost => ({
  labels: [],
  idleAt: null,
  jobs: 0,
  slowness: 1,
  ...over,
})
const fleet = (
  hosts: ServingHost[],
  waiting: [string, number, number][] = [],
  over: Partial<FleetWork> = {},
): FleetWork => ({
  hosts,
  waiting: new Map(waiting.map(([pool, jobs, ms]) => [pool, { jobs, ms }])),
  given: new Map(),
  endedMs: null,
  ...over,
})
/** Ten seconds each. */
const job = (ahead: number, over: Partial<Waiting> = {}): Waiting => ({
  ahead,
  aheadMs: ahead * 10 * S,
  aheadGuessed: 0,
  costMs: 10 * S,
  guessed: false,
  pool: '*',
  given: 0,
  ...over,
})

describe('a job that waits', () => {
  it('ends at no known time while no host could take it', () => {
    expect(toEndMs(fleet([]), job(0), NOW)).toBeNull()
    expect(toEndMs(fleet([host({ labels: ['video'] })]), job(0, { pool: 'sdxl' }), NOW)).toBeNull()
  })

  it('ends after what is ahead and itself, by the hosts that take from it', () => {
    expect(toEndMs(fleet([host()]), job(0), NOW)).toBe(10 * S)
    expect(toEndMs(fleet([host()]), job(3), NOW)).toBe(40 * S)
    expect(toEndMs(fleet([host(), host()]), job(3), NOW)).toBe(20 * S)
    expect(toEndMs(fleet([host(), host(), host()]), job(0), NOW)).toBe(10 * S)
  })

  it('begins when a host is done with what it has: as the host says, or about half of what runs and all that is staged', () => {
    const busy = host({ idleAt: NOW + 7 * S, jobs: 1.5 })
    expect(beginsIn(fleet([busy]), job(0), NOW)).toBe(7 * S)
    expect(beginsIn(fleet([host({ jobs: 1.5 })]), job(0), NOW)).toBe(15 * S)
    expect(beginsIn(fleet([host({ idleAt: NOW - S, jobs: 0.5 })]), job(0), NOW)).toBe(0)
    expect(beginsIn(fleet([busy, host()]), job(1), NOW)).toBe(7 * S)
  })

  it('takes longer on a slow host, and a fast one takes more of the line', () => {
    expect(toEndMs(fleet([host({ slowness: 3 })]), job(1), NOW)).toBe(60 * S)
    const mixed = fleet([host({ slowness: 0.5 }), host({ slowness: 2 })])
    // 5 s each on the fast one, beside one of 20 s
    expect(beginsIn(mixed, job(4), NOW)).toBe(15 * S)
  })

  it('shares hosts with other pools: as much of theirs goes before as of its own, or all there is', () => {
    const hosts = [host({ labels: ['video'] })]
    expect(toEndMs(fleet(hosts, [['video', 2, 20 * S]]), job(9), NOW)).toBe(120 * S)
    expect(toEndMs(fleet(hosts, [['video', 500, 5_000 * S]]), job(1), NOW)).toBe(40 * S)
    // those wait for a host that takes nothing of this one
    const apart = [host({ labels: ['a'] }), host({ labels: ['video'] })]
    const busy = fleet(apart, [['video', 500, 5_000 * S]])
    expect(toEndMs(busy, job(1, { pool: 'a' }), NOW)).toBe(20 * S)
  })

  it('has what hosts were given before it, also when nobody has seen it there yet', () => {
    const idle = [host(), host()]
    const filled = job(2, { given: 4 })
    const given = (jobs: number, unseen: number, unseenMs = unseen * 10 * S) => ({
      given: new Map([['*', { jobs, unseen, unseenMs }]]),
    })
    // looked at before the burst that filled them, amid it, and before their workers had told of it
    expect(toEndMs(fleet(idle), filled, NOW)).toBe(40 * S)
    expect(toEndMs(fleet(idle, [], given(2, 2)), filled, NOW)).toBe(40 * S)
    expect(toEndMs(fleet(idle, [], given(4, 4)), filled, NOW)).toBe(40 * S)
    expect(toEndMs(fleet(idle, [], given(4, 4, 60 * S)), filled, NOW)).toBeGreaterThan(45 * S)
    const busy = [1, 2].map(() => host({ idleAt: NOW + 20 * S, jobs: 1.5 }))
    expect(toEndMs(fleet(busy, [], given(4, 0)), filled, NOW)).toBe(40 * S)
    // some have ended since
    expect(toEndMs(fleet(busy, [], given(4, 0)), job(2, { given: 1 }), NOW)).toBe(40 * S)
  })

  it('ends at no known time while nothing like it or before it was measured, or has ended lately', () => {
    const one = [host()]
    const unknown = job(3, { aheadMs: 0, aheadGuessed: 3, costMs: 7 * S, guessed: true })
    expect(toEndMs(fleet(one), unknown, NOW)).toBeNull()
    expect(toEndMs(fleet(one, [], { endedMs: 2 * S }), unknown, NOW)).toBe(8 * S)
    // what it costs itself is known
    const behind = { ...unknown, guessed: false }
    expect(toEndMs(fleet(one), behind, NOW)).toBeNull()
    expect(toEndMs(fleet(one, [], { endedMs: 2 * S }), behind, NOW)).toBe(13 * S)
  })

  it('takes a few of which nothing is known for such as the rest of the line', () => {
    const mostly = job(9, { aheadMs: 80 * S, aheadGuessed: 1, costMs: 900 * S, guessed: true })
    expect(toEndMs(fleet([host()]), mostly, NOW)).toBe(100 * S)
    expect(toEndMs(fleet([host()], [], { endedMs: 20 * S }), mostly, NOW)).toBe(120 * S)
  })

  it('is told alike by a long line and by going through all of it', () => {
    const lane = fc.record({
      idleAt: fc.integer({ min: NOW, max: NOW + 200 * S }),
      slowness: fc.double({ min: 0.5, max: 3, noNaN: true }),
    })
    const lanes = fc.array(lane, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lanes, fc.integer({ min: 65, max: 800 }), (given, ahead) => {
        const hosts = given.map((over) => host(over))
        const free = hosts.map(({ idleAt, slowness }) => ({ at: (idleAt ?? 0) - NOW, slowness }))
        const first = () => free.reduce((one, other) => (other.at < one.at ? other : one))
        for (let n = 0; n < ahead; n += 1) first().at += 10 * S * first().slowness
        const told = beginsIn(fleet(hosts), job(ahead), NOW) ?? 0
        // a job of the slowest host is all they may differ by
        expect(Math.abs(told - first().at)).toBeLessThanOrEqual(30 * S)
      }),
    )
  })

  it('costs no more to tell of a line without end', () => {
    const hosts = Array.from({ length: 200 }, () => host())
    const begin = beginsIn(fleet(hosts), job(1e9), NOW) ?? 0
    expect(begin / ((1e9 / 200) * 10 * S)).toBeCloseTo(1)
  })
})
