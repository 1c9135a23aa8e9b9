import { expect, it } from 'vitest'
import { type Observation, observe, startCondition } from '../hosts/condition.ts'
import { isFit, rankHosts, slotsOf } from './rank-hosts.ts'

/** As it is after these, with two slots. */
function host(hostId: string, ...seen: Observation[]) {
  const condition = [{ type: 'answered' } as const, ...seen].reduce(
    (before, observation) => observe(before, observation, { atMs: 1, deafForMs: 60_000 }),
    startCondition(0),
  )
  return { hostId, condition, listing: { slots: 2, leaving: false } }
}
const BUSY: Observation = { type: 'prompts', count: 1 }
const DEAF: Observation = { type: 'deaf', deaf: true }
const broken = ['one', 'other'].map((jobId): Observation => ({ type: 'device_failed', jobId }))

function rank(hosts: ReturnType<typeof host>[], taken: Record<string, number> = {}): string[] {
  const takenOn = (hostId: string) => ({ size: taken[hostId] ?? 0 })
  return rankHosts(hosts, takenOn).map((ranked) => ranked.host.hostId)
}

it('ranks an idle host first, and a degraded one after every slot on the others', () => {
  const hosts = [host('deaf', DEAF), host('two', BUSY), host('one', BUSY), host('idle')]
  expect(rank(hosts, { two: 2, one: 1 })).toEqual(['idle', 'one', 'two', 'deaf'])
})

it('ranks a host that runs what is not ours after one that is as free of ours', () => {
  expect(rank([host('guests', BUSY), host('idle')])).toEqual(['idle', 'guests'])
  expect(rank([host('guests', BUSY), host('ours', BUSY)], { ours: 1 })).toEqual(['guests', 'ours'])
})

it('leaves equals in the order of their list', () => {
  expect(rank([host('b'), host('a'), host('c')])).toEqual(['b', 'a', 'c'])
})

it('tries a broken device with one job at a time, and leaves alone who is away', () => {
  const trial = host('trial', ...broken, { type: 'backs_off' }, { type: 'answered' })
  expect([isFit(trial), slotsOf(trial)]).toEqual([true, 1])
  const away = host('away', { type: 'unanswered', cause: 'unreachable' })
  expect([isFit(away), isFit(host('fit'))]).toEqual([false, true])
})
