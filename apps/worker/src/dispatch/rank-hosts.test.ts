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
  return rankHosts(hosts, takenOn).map(({ host: { hostId }, slots }) => `${hostId} up to ${slots}`)
}

it('ranks an idle host first, and a degraded one after every slot on the others', () => {
  const hosts = [host('deaf', DEAF), host('busy', BUSY), host('idle')]
  expect(rank(hosts, { busy: 1 })).toEqual(['idle up to 2', 'busy up to 2', 'deaf up to 2'])
})

it('ranks a host that runs what is not ours after one that is as free of ours', () => {
  expect(rank([host('guests', BUSY), host('idle')])).toEqual(['idle up to 1', 'guests up to 2'])
})

it('gives one that others may have filled meanwhile no second job while the next has none', () => {
  const hosts = [host('a'), host('b'), host('c')]
  expect(rank(hosts)).toEqual(['a up to 1', 'b up to 1', 'c up to 2'])
  expect(rank(hosts, { a: 1, b: 1 })).toEqual(['c up to 2', 'a up to 2', 'b up to 2'])
})

it('fills all slots before a host that is worse', () => {
  expect(rank([host('a'), host('deaf', DEAF)])).toEqual(['a up to 2', 'deaf up to 2'])
  expect(rank([host('a', DEAF), host('b', DEAF)])).toEqual(['a up to 1', 'b up to 2'])
})

it('tries a broken device with one job at a time, and leaves alone who is away', () => {
  const trial = host('trial', ...broken, { type: 'backs_off' }, { type: 'answered' })
  expect([isFit(trial), slotsOf(trial)]).toEqual([true, 1])
  const away = host('away', { type: 'unanswered', cause: 'unreachable' })
  expect([isFit(away), isFit(host('fit'))]).toEqual([false, true])
})
