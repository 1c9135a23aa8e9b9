import { expect, it } from 'vitest'
import { toSeconds } from './when-room.ts'

const NOW = 1_000_000
/** Each has just begun what it runs. */
const fleet = ({ hosts, jobs = 50, costMs }: { hosts: number; jobs?: number; costMs: number }) => ({
  hosts: Array.from({ length: hosts }, () => ({
    labels: [],
    idleAt: NOW + costMs,
    jobs: 0.5,
    slowness: 1,
  })),
  waiting: new Map([
    ['*', { jobs, ms: jobs * costMs }],
    ['video', { jobs: 0, ms: 0 }],
  ]),
})

it.each([
  ['one host, three seconds a job', { places: 1, costMs: 3_000, hosts: 1 }, 3],
  ['more hosts', { places: 3, costMs: 3_000, hosts: 3 }, 3],
  ['more that have to go first', { places: 4, costMs: 2_000, hosts: 1 }, 8],
  ['a part of a second', { places: 1, costMs: 2_100, hosts: 1 }, 3],
  ['a fleet that takes many a second', { places: 1, costMs: 500, hosts: 40 }, 1],
  ['a video that takes an hour', { places: 1, costMs: 3_600_000, hosts: 2 }, 10],
  ['no host', { places: 1, costMs: 1_000, hosts: 0 }, 10],
  ['nothing that waits', { places: 1, costMs: 1_000, hosts: 2, jobs: 0 }, 10],
])('tells when there is room: %s', (_, { places, ...given }, seconds) => {
  expect(toSeconds(fleet(given), places, NOW)).toBe(seconds)
})
