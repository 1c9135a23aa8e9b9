import { expect, it } from 'vitest'
import type { Disruption } from './blows.ts'
import { findRestaged } from './handovers.ts'

const given = (times: number, name = 'a.png', hostId = 'gpu-1') =>
  Array.from({ length: times }, () => ({ hostId, name }))
const hit = (over: Partial<Disruption>): Disruption => ({
  target: 'host-1',
  what: 'killed',
  at: 1,
  hostId: 'gpu-1',
  dead: true,
  forgot: true,
  left: null,
  ...over,
})
const count = (times: number, disruptions: Disruption[] = []) =>
  findRestaged(given(times), { workers: 2, disruptions }).length

it('lets each worker give a host a file once, and once more when that or the worker has lost it', () => {
  expect(count(2)).toBe(0)
  expect(findRestaged(given(3), { workers: 2, disruptions: [] })).toEqual([
    'gpu-1 was given a.png 3 times, 2 at most',
  ])
  expect(
    findRestaged([...given(2), ...given(2, 'b.png'), ...given(2, 'a.png', 'gpu-2')], {
      workers: 2,
      disruptions: [],
    }),
  ).toEqual([])
  expect(count(4, [hit({})])).toBe(0)
  expect(count(4, [hit({ dead: false, poison: { inputsLost: true } })])).toBe(0)
  expect(count(4, [hit({ dead: false, poison: { slowHttp: 5 } })])).toBe(1)
  expect(count(4, [hit({ hostId: 'gpu-2' })])).toBe(1)
  const worker = hit({ target: 'worker-1', hostId: null })
  expect([count(3, [worker]), count(4, [worker])]).toEqual([0, 1])
})
