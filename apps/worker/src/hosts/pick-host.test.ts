import type { HostState } from '@safelight/shared'
import { expect, it } from 'vitest'
import { type Candidate, pickHosts, toTries } from './pick-host.ts'

const host = (
  hostId: string,
  freeSlots: number,
  state: HostState = freeSlots === 2 ? 'ready' : 'busy',
): Candidate => ({ hostId, slots: 2, freeSlots, state })
const ids = (hosts: Candidate[]) => hosts.map(({ hostId }) => hostId)
const triesOf = (hosts: Candidate[], wishes = {}) =>
  toTries(hosts, wishes).map((one) => `${one.host.hostId}${one.max > 2 ? '' : one.max}`)

it('prefers the host with the most room', () => {
  expect(ids(pickHosts([host('a', 1), host('b', 2)]))).toEqual(['b', 'a'])
})

it('keeps the given order among equals', () => {
  expect(ids(pickHosts([host('a', 2), host('b', 2)]))).toEqual(['a', 'b'])
})

it('prefers ready hosts to busy ones, and busy ones to degraded ones', () => {
  const hosts = [host('deaf', 2, 'degraded'), host('busy', 2, 'busy'), host('ready', 1, 'ready')]
  expect(ids(pickHosts(hosts))).toEqual(['ready', 'busy', 'deaf'])
})

it('leaves out hosts that are full or may not get new prompts', () => {
  const closed = (['starting', 'draining', 'quarantined', 'offline'] as const).map((state) =>
    host(state, 2, state),
  )
  expect(ids(pickHosts([host('full', 0), ...closed, host('open', 1)]))).toEqual(['open'])
})

it.each(['busy', 'degraded', 'draining', 'quarantined'] as const)(
  'returns to the host of an earlier life, even when it is full and %s: the prompt is there',
  (state) => {
    const hosts = [host('a', 2), host('b', 0, state)]
    expect(ids(pickHosts(hosts, { prefer: 'b' }))).toEqual(['b', 'a'])
  },
)

it('does not wait for an earlier host that is out of reach', () => {
  const hosts = [host('a', 2), host('b', 2, 'offline')]
  expect(ids(pickHosts(hosts, { prefer: 'b' }))).toEqual(['a'])
})

it('avoids the host that failed the job, unless there is no other', () => {
  expect(ids(pickHosts([host('a', 2), host('b', 1)], { avoid: ['a'] }))).toEqual(['b', 'a'])
  expect(ids(pickHosts([host('a', 2)], { avoid: ['a'] }))).toEqual(['a'])
})

it('goes back to the host that failed longest ago, when all of them did', () => {
  const hosts = [host('a', 2), host('b', 2), host('c', 2)]
  expect(ids(pickHosts(hosts, { avoid: ['b', 'c', 'a'] }))).toEqual(['a', 'c', 'b'])
})

it('prefers the most memory to the most room for a job that ran out of it', () => {
  const small = { ...host('small', 2), memory: 8 }
  const big = { ...host('big', 1), memory: 24 }
  expect(ids(pickHosts([small, big], { wantsMemory: true }))).toEqual(['big', 'small'])
  expect(ids(pickHosts([small, big]))).toEqual(['small', 'big'])
  expect(triesOf([small, big], { wantsMemory: true })).toEqual(['big1', 'big2', 'small1', 'small2'])
})

it('tries every idle host before a second place, and a degraded one after all others', () => {
  const hosts = [host('deaf', 2, 'degraded'), host('a', 2), host('b', 1)]
  expect(triesOf(hosts)).toEqual(['a1', 'b1', 'a2', 'b2', 'deaf1', 'deaf2'])
})

it('tries the host of the prompt without a limit, and hosts that failed the job last', () => {
  const hosts = [host('a', 2), host('failed', 2), host('own', 0)]
  expect(triesOf(hosts, { prefer: 'own', avoid: ['failed'] })).toEqual([
    'own',
    'a1',
    'a2',
    'failed1',
    'failed2',
  ])
})

it('waits for a host that has not failed the job, even if it is full, rather than go back', () => {
  const hosts = [host('failed', 2), host('full', 0)]
  const wishes = { avoid: ['failed'], shun: ['failed'] }
  expect(triesOf(hosts, wishes)).toEqual([])
  expect(triesOf(hosts, { avoid: ['failed'] })).toEqual(['failed1', 'failed2'])
  expect(triesOf([host('failed', 2)], wishes)).toEqual(['failed1', 'failed2'])
  for (const state of ['offline', 'draining', 'quarantined', 'starting'] as const) {
    const closed = [host('failed', 2), host('closed', 2, state)]
    expect(triesOf(closed, wishes)).toEqual(['failed1', 'failed2'])
  }
})

it('goes back to a host that was only lost, though it waits for none that failed the job', () => {
  const hosts = [host('failed', 2), host('lost', 1), host('full', 0)]
  const wishes = { avoid: ['failed', 'lost'], shun: ['failed'] }
  expect(triesOf(hosts, wishes)).toEqual(['lost1', 'lost2'])
  // rather there than where it failed, also when it has no slot free now
  expect(triesOf([host('failed', 2), host('lost', 0)], wishes)).toEqual([])
})

it('gives a host on trial one job, when nothing better is free', () => {
  const onTrial = { ...host('sick', 1, 'quarantined'), onTrial: true }
  const deaf = host('deaf', 1, 'degraded')
  expect(triesOf([onTrial, deaf])).toEqual(['deaf1', 'deaf2', 'sick1'])
  expect(triesOf([onTrial], { avoid: ['sick'] })).toEqual(['sick1'])
  expect(triesOf([onTrial, host('failed', 2)], { avoid: ['failed'] })).toEqual([
    'sick1',
    'failed1',
    'failed2',
  ])
  expect(triesOf([{ ...onTrial, freeSlots: 0 }])).toEqual([])
})

it('fills hosts evenly up to what each has', () => {
  const small = { ...host('small', 1), slots: 1 }
  const large = { ...host('large', 3), slots: 3 }
  const tries = toTries([small, large]).map((one) => `${one.host.hostId}${one.max}`)
  expect(tries).toEqual(['large1', 'small1', 'large2', 'large3'])
})
