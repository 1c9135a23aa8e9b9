import { expect, it } from 'vitest'
import { type Candidate, pickHosts } from './pick-host.ts'

const host = (hostId: string, freeSeats: number, reachable = true): Candidate => ({
  hostId,
  freeSeats,
  reachable,
})
const ids = (hosts: Candidate[]) => hosts.map(({ hostId }) => hostId)

it('prefers the host with the most room', () => {
  expect(ids(pickHosts([host('a', 1), host('b', 2)]))).toEqual(['b', 'a'])
})

it('keeps the given order among equals', () => {
  expect(ids(pickHosts([host('a', 2), host('b', 2)]))).toEqual(['a', 'b'])
})

it('leaves out hosts that are full or cannot be reached', () => {
  expect(ids(pickHosts([host('a', 0), host('b', 2, false), host('c', 1)]))).toEqual(['c'])
})

it('returns to the host of an earlier life, even when it is full: the prompt is counted there', () => {
  expect(ids(pickHosts([host('a', 2), host('b', 0)], { prefer: 'b' }))).toEqual(['b', 'a'])
})

it('does not wait for an earlier host that is out of reach', () => {
  expect(ids(pickHosts([host('a', 2), host('b', 2, false)], { prefer: 'b' }))).toEqual(['a'])
})

it('avoids the host that failed the job, unless there is no other', () => {
  expect(ids(pickHosts([host('a', 2), host('b', 1)], { avoid: 'a' }))).toEqual(['b', 'a'])
  expect(ids(pickHosts([host('a', 2)], { avoid: 'a' }))).toEqual(['a'])
})
