/** The order of hosts, and the fleet in numbers. */
import { type HostView, toHostReason } from '@safelight/shared'
import { newHostView } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { asAsked, inOrder, isEmptied, toNumbers, toOthers } from './host-order.ts'

describe('the order', () => {
  it('puts trouble first, and hosts of one state by their number', () => {
    const hosts = [
      newHostView({ id: 'gpu-10', state: 'ready' }),
      newHostView({ id: 'gpu-2', state: 'ready' }),
      newHostView({ id: 'gpu-3', state: 'offline' }),
      newHostView({ id: 'gpu-4', state: 'busy' }),
    ]
    expect(inOrder(hosts).map(({ id }) => id)).toEqual(['gpu-3', 'gpu-4', 'gpu-2', 'gpu-10'])
  })
})

describe('a host that was just asked', () => {
  const drain = { reason: 'new driver', since: '2026-01-01T13:00:00.000Z' }

  it('is draining before its workers have heard of it', () => {
    expect(asAsked(newHostView({ state: 'busy', drain }))).toMatchObject({
      state: 'draining',
      since: drain.since,
      reason: { code: 'drain_requested', message: 'new driver' },
    })
  })

  it('keeps worse news than its drain', () => {
    const host = newHostView({ state: 'offline', reason: toHostReason('unreachable'), drain })
    expect(asAsked(host)).toBe(host)
  })

  it('is back at once when it is resumed', () => {
    expect(asAsked(newHostView({ state: 'draining' })).state).toBe('ready')
    expect(asAsked(newHostView({ state: 'draining', running: ['job'] })).state).toBe('busy')
    const left = newHostView({ state: 'draining', reason: toHostReason('workers_leave') })
    expect(asAsked(left)).toBe(left)
  })
})

it('is said to have nothing of ours only by an answer of the API that tells all', () => {
  const drained = newHostView({
    state: 'draining',
    drain: { reason: null, since: '2026-01-01T13:00:00.000Z' },
  })
  expect(isEmptied(drained)).toBe(true)
  for (const left of ['running', 'staged', 'collecting'])
    expect(isEmptied({ ...drained, [left]: ['job'] })).toBe(false)
  expect(isEmptied(newHostView())).toBe(false)
  // it was just asked for, and may be given a job before that is heard
  expect(isEmptied(asAsked({ ...drained, state: 'ready' }))).toBe(false)
  // of an older version
  const { collecting: _untold, ...old } = drained
  expect(isEmptied(old as HostView)).toBe(false)
})

describe('the numbers', () => {
  it('count free slots only where new prompts go', () => {
    const numbers = toNumbers([
      newHostView({ running: ['a'], throughput: { last_hour: 7, mean_ms: 1 } }),
      newHostView({ state: 'offline', throughput: { last_hour: 3, mean_ms: 1 } }),
      newHostView({ state: 'draining' }),
    ])
    expect(numbers).toEqual({
      hosts: 3,
      states: [
        { state: 'offline', count: 1 },
        { state: 'draining', count: 1 },
        { state: 'ready', count: 1 },
      ],
      slots: 2,
      free: 1,
      lastHour: 10,
    })
  })

  it('tell how many prompts are other people’s', () => {
    expect(toOthers(newHostView({ queue_depth: 5, running: ['a'], staged: ['b'] }))).toBe(3)
    expect(toOthers(newHostView({ queue_depth: null }))).toBeNull()
    // the two are not read at the same moment
    expect(toOthers(newHostView({ queue_depth: 0, running: ['a'] }))).toBe(0)
  })
})
