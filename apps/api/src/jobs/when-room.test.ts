import { expect, it } from 'vitest'
import { toSeconds } from './when-room.ts'

it.each([
  ['one host, three seconds a job', { places: 1, meanCost: 3_000, hosts: 1 }, 3],
  ['more hosts', { places: 1, meanCost: 9_000, hosts: 3 }, 3],
  ['more that have to go first', { places: 4, meanCost: 2_000, hosts: 1 }, 8],
  ['a part of a second', { places: 1, meanCost: 2_100, hosts: 1 }, 3],
  ['a fleet that takes many a second', { places: 1, meanCost: 500, hosts: 40 }, 1],
  ['a video that takes an hour', { places: 1, meanCost: 3_600_000, hosts: 2 }, 10],
  ['no host', { places: 1, meanCost: 1_000, hosts: 0 }, 10],
  ['nothing that waits', { places: 1, meanCost: null, hosts: 2 }, 10],
])('tells when there is room: %s', (_, pace, seconds) => {
  expect(toSeconds(pace)).toBe(seconds)
})
