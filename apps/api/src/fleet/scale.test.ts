/** How many hosts there should be, by what waits and runs. */
import type { HostView } from '@safelight/shared'
import { ANY_POOL, type PoolLoads } from '@safelight/store'
import { newHostView } from '@safelight/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { poolNames, toScale } from './scale.ts'

const NOW = 1_000_000_000
const S = 1_000
const TARGET = 60 * S

type Waiting = [pool: string, jobs: number, costMs: number, waitedMs: number]
type OnHost = [hostId: string, pool: string, executing: number, collecting: number]

function facts(waiting: Waiting[], onHosts: OnHost[] = [], hosts: HostView[] = []) {
  const loads: PoolLoads = {
    waiting: new Map(
      waiting.map(([pool, jobs, costMs, waitedMs]) => [
        pool,
        { jobs, costMs, oldestAt: NOW - waitedMs },
      ]),
    ),
    onHosts: onHosts.map(([hostId, pool, executing, collecting]) => ({
      hostId,
      pool,
      executing,
      collecting,
    })),
  }
  return { loads, hosts, nowMs: NOW, targetMs: TARGET }
}
const host = (id: string, over: Partial<HostView> = {}) => newHostView({ id, ...over })

describe('wanted hosts', () => {
  it('are none when nothing waits and nothing runs, whatever stands ready', () => {
    expect(toScale(['any'], facts([], [], [host('a'), host('b')]))).toEqual({
      backlog: 0,
      oldest_wait_s: 0,
      running: 0,
      slots: 4,
      hosts_ready: 2,
      hosts_known: 2,
      wanted_hosts: 0,
    })
  })

  it('are as many as do what waits within the target', () => {
    const wanted = (jobs: number, eachMs: number) =>
      toScale(['any'], facts([[ANY_POOL, jobs, jobs * eachMs, 0]])).wanted_hosts
    expect(wanted(1, 10)).toBe(1)
    expect(wanted(6, 10 * S)).toBe(1)
    expect(wanted(7, 10 * S)).toBe(2)
    expect(wanted(60, 10 * S)).toBe(10)
  })

  it('are no more than jobs', () => {
    expect(toScale(['any'], facts([[ANY_POOL, 3, 3 * 600 * S, 0]])).wanted_hosts).toBe(3)
  })

  it('include those that have something, if only to be carried away', () => {
    const running = facts(
      [],
      [
        ['a', ANY_POOL, 1, 0],
        ['b', ANY_POOL, 0, 1],
        ['c', 'video', 2, 0],
      ],
    )
    expect(toScale(['any'], running)).toMatchObject({ running: 2, wanted_hosts: 2 })
    expect(toScale(['video'], running)).toMatchObject({ running: 2, wanted_hosts: 1 })
  })

  it('count what those have before them', () => {
    const idleAt = new Date(NOW + 90 * S).toISOString()
    const busy = facts(
      [[ANY_POOL, 3, 30 * S, 0]],
      [['a', ANY_POOL, 2, 0]],
      [host('a', { idle_at: idleAt })],
    )
    expect(toScale(['any'], busy).wanted_hosts).toBe(2)
  })

  it('are one more than there are while somebody has waited for too long', () => {
    const late = (hosts: HostView[], jobs = 5) =>
      toScale(['any'], facts([[ANY_POOL, jobs, jobs, TARGET + 1]], [], hosts)).wanted_hosts
    expect(late([])).toBe(1)
    expect(late([host('a'), host('b')])).toBe(3)
    expect(late([host('a'), host('b', { state: 'offline' })])).toBe(2)
    // a job that no host can run must not call for ever more of them
    expect(late([host('a'), host('b')], 1)).toBe(1)
  })

  it('are one at most for a label that no known host has: a slip starts no fleet, and a pool that slept is woken', () => {
    const wanted = (hosts: HostView[], names = ['fluxx']) =>
      toScale(names, facts([['fluxx', 50, 50 * 600 * S, TARGET + 1]], [], hosts))
    const others = [host('a', { labels: ['flux'] }), host('b')]
    expect(wanted(others)).toMatchObject({ hosts_known: 0, hosts_ready: 0, wanted_hosts: 1 })
    // one that has it is enough to believe it, wherever it is
    const asleep = host('c', { labels: ['fluxx'], state: 'offline' })
    expect(wanted([...others, asleep])).toMatchObject({ hosts_known: 1, wanted_hosts: 50 })
    // where no host is known at all, nobody can say what labels there are
    expect(wanted([])).toMatchObject({ hosts_known: 0, wanted_hosts: 50 })
    expect(wanted(others, ['fluxx', 'any'])).toMatchObject({ hosts_known: 2, wanted_hosts: 50 })
  })

  it('are never none while something waits or runs, and never more than jobs', () => {
    const waiting = fc.tuple(
      fc.constantFrom(ANY_POOL, 'a', 'b'),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 1e7 }),
      fc.integer({ min: 0, max: 1e6 }),
    )
    const onHost = fc.tuple(
      fc.constantFrom('x', 'y'),
      fc.constantFrom(ANY_POOL, 'a', 'b'),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
    )
    fc.assert(
      fc.property(fc.array(waiting), fc.array(onHost), (jobs, there) => {
        const all = facts(jobs, there, [host('x'), host('y', { labels: ['a'] })])
        const { wanted_hosts: wanted, backlog, running } = toScale(poolNames(all), all)
        expect(wanted > 0).toBe(backlog + running > 0)
        expect(wanted).toBeLessThanOrEqual(backlog + running)
      }),
    )
  })
})

describe('pools', () => {
  const hosts = [host('a', { labels: ['sdxl', 'fast'] }), host('b', { labels: ['video'] })]
  const all = facts(
    [
      [ANY_POOL, 1, 10 * S, 3 * S],
      ['sdxl', 2, 20 * S, 5 * S],
    ],
    [],
    hosts,
  )

  it('are those that have work or hosts, and jobs for any host', () => {
    expect(poolNames(all)).toEqual(['any', 'fast', 'sdxl', 'video'])
  })

  it('are counted with the hosts that serve them', () => {
    expect(toScale(['any'], all)).toMatchObject({ backlog: 1, hosts_ready: 2, oldest_wait_s: 3 })
    expect(toScale(['sdxl'], all)).toMatchObject({ backlog: 2, hosts_ready: 1, oldest_wait_s: 5 })
    expect(toScale(['nobody'], all)).toMatchObject({ backlog: 0, hosts_ready: 0, wanted_hosts: 0 })
  })

  it('count each host once when they are asked for together', () => {
    expect(toScale(['sdxl', 'fast', 'any'], all)).toMatchObject({
      backlog: 3,
      hosts_ready: 2,
      oldest_wait_s: 5,
    })
  })

  it('called as jobs without one are, count with them', () => {
    const named = facts([
      [ANY_POOL, 1, S, 0],
      ['any', 2, S, 0],
    ])
    expect(poolNames(named)).toEqual(['any'])
    expect(toScale(['any'], named).backlog).toBe(3)
  })
})
