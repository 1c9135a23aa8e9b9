import { createHostClient } from '@safelight/comfyui'
import { createLogger, tellNobody } from '@safelight/runtime'
import { expect, it } from 'vitest'
import { DEFAULT_WORKER_TIMINGS } from '../timings.ts'
import { createHost, type Host } from './host.ts'
import { hostSchema, toHostValue } from './host-value.ts'
import { createRoster } from './roster.ts'

const log = createLogger({ level: 'silent', name: 'test' })
const DRAIN_MS = 30_000

/** A roster whose hosts are never asked anything: its time stands still but for what a test lets pass. */
function openRoster() {
  const timers = new Set<{ ms: number; act: () => void }>()
  const clock = {
    now: () => 0,
    steady: () => 0,
    after(ms: number, act: () => void) {
      const timer = { ms, act }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const left: Host[] = []
  const roster = createRoster({
    open: (hostId, listing) =>
      createHost({
        hostId,
        listing,
        client: createHostClient(() => listing.address),
        timings: DEFAULT_WORKER_TIMINGS,
        clock,
        emit: tellNobody,
        onChange() {},
        onStuck() {},
        onUnstuck() {},
      }),
    prepare: async () => {},
    onChange() {},
    onLeft: (host) => left.push(host),
    drainMs: DRAIN_MS,
    clock,
    emit: tellNobody,
    log,
  })
  const find = (id: string): Host => {
    const host = roster.hosts().find(({ hostId }) => hostId === id)
    if (!host) throw new Error(`no ${id}`)
    return host
  }
  return {
    find,
    list: (...hosts: object[]) =>
      roster.apply(hosts.map((host) => toHostValue(hostSchema.parse(host), 2))),
    ids: () => roster.hosts().map(({ hostId }) => hostId),
    left: () => left.map(({ hostId }) => hostId),
    /** The drain times that run out. */
    passDrainTime: () => {
      for (const { ms, act } of timers) if (ms === DRAIN_MS) act()
    },
  }
}

const A = { name: 'a', url: 'http://gpu-a' }
const B = { name: 'b', url: 'http://gpu-b' }

it('has what the list has, in its order', async () => {
  const { list, ids, left } = openRoster()
  await list(B, A)
  expect(ids()).toEqual(['b', 'a'])
  await list(A)
  expect(ids()).toEqual(['a'])
  expect(left()).toEqual(['b'])
})

it('keeps a host that has left for as long as a job needs it', async () => {
  const { list, ids, find, left } = openRoster()
  await list(A)
  const letGo = [find('a').listing.hold(() => {}), find('a').listing.hold(() => {})]
  await list(B)
  expect(ids()).toEqual(['a', 'b'])
  expect(find('a').listing.leaving).toBe(true)
  letGo[0]?.()
  // twice is once
  letGo[0]?.()
  await list(B)
  expect(ids()).toEqual(['a', 'b'])
  letGo[1]?.()
  await expect.poll(ids).toEqual(['b'])
  expect(left()).toEqual(['a'])
})

it('tells what still runs when the drain time is over', async () => {
  const { list, find, passDrainTime } = openRoster()
  await list(A)
  let handedBack = 0
  find('a').listing.hold(() => (handedBack += 1))
  passDrainTime()
  await list()
  expect(handedBack).toBe(0)
  passDrainTime()
  expect(handedBack).toBe(1)
})

it('takes a host back as if nothing had been, and what it has goes on', async () => {
  const { list, find, passDrainTime, left } = openRoster()
  await list(A)
  const host = find('a')
  let handedBack = 0
  host.listing.hold(() => (handedBack += 1))
  await list()
  await list({ ...A, labels: ['x'] })
  passDrainTime()
  expect(handedBack).toBe(0)
  expect(find('a')).toBe(host)
  expect(host.listing).toMatchObject({ leaving: false, labels: ['x'] })
  expect(left()).toEqual([])
})

it.each([
  ['name', { ...A, name: 'renamed' }],
  ['place', { ...A, url: 'http://elsewhere' }],
])('lets a host with another %s in when the old one has left', async (_, changed) => {
  const { list, ids, find } = openRoster()
  await list(A)
  const host = find('a')
  const letGo = host.listing.hold(() => {})
  await list(changed)
  expect(ids()).toEqual(['a'])
  letGo()
  await expect.poll(ids).toEqual([changed.name])
  expect(find(changed.name)).not.toBe(host)
})

it('gives the client of a host its new credentials', async () => {
  const { list, find } = openRoster()
  await list({ ...A, headers: { authorization: 'Bearer a' } })
  const host = find('a')
  await list({ ...A, headers: { authorization: 'Bearer b' } })
  expect(find('a')).toBe(host)
  expect(host.client.address().call('/').headers).toEqual({ authorization: 'Bearer b' })
})
