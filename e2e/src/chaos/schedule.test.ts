import { expect, it } from 'vitest'
import { type Act, HOST_POISONS, planSchedule } from './schedule.ts'

const CAST = { apis: 2, workers: 3, hosts: 3 }
const HOUR_MS = 3_600_000
const LIMIT_MS = 28_000

const count = (acts: Act[], test: (act: Act) => boolean) => acts.filter(test).length

it('plans the same from the same seed, and something else from another', () => {
  const plan = planSchedule(7, HOUR_MS, CAST)
  expect(planSchedule(7, HOUR_MS, CAST)).toEqual(plan)
  expect(planSchedule(8, HOUR_MS, CAST)).not.toEqual(plan)
  // a shorter run is the beginning of a longer one
  const short = planSchedule(7, HOUR_MS / 10, CAST)
  expect(plan.slice(0, short.length)).toEqual(short)
})

it('lets everybody suffer everything, and nobody for longer than is bounded', () => {
  const plan = planSchedule(1, HOUR_MS, CAST)
  const targets = ['redis', 'api-1', 'api-2', 'worker-1', 'worker-2', 'worker-3', 'host-1']
  for (const target of [...targets, 'host-2', 'host-3'])
    for (const kind of ['kill', 'restart', 'freeze'])
      expect(count(plan, (act) => act.target === target && act.blow.kind === kind)).toBeGreaterThan(
        5,
      )
  for (const target of ['host-1', 'host-2', 'host-3'])
    expect(
      count(plan, (act) => act.target === target && act.blow.kind === 'poison'),
    ).toBeGreaterThan(5)
  for (const target of ['host-1', 'host-2', 'host-3'])
    expect(
      count(plan, (act) => act.target === target && act.blow.kind === 'unlist'),
    ).toBeGreaterThan(5)
  expect(count(plan, ({ blow }) => blow.kind === 'squeeze')).toBeGreaterThan(5)
  expect(Math.max(...plan.map(({ forMs }) => forMs))).toBeLessThanOrEqual(LIMIT_MS)
})

it('stays inside its time, one act after the other', () => {
  const times = planSchedule(3, 60_000, CAST).map(({ atMs }) => atMs)
  expect(times.length).toBeGreaterThan(10)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times.at(-1)).toBeLessThan(60_000)
})

it('freezes some workers for longer than their locks last', () => {
  const freezes = planSchedule(1, HOUR_MS, CAST).filter(
    ({ target, blow }) => target.startsWith('worker') && blow.kind === 'freeze',
  )
  expect(count(freezes, ({ forMs }) => forMs > 10_000)).toBeGreaterThan(5)
  expect(count(freezes, ({ forMs }) => forMs < 5_000)).toBeGreaterThan(5)
})

it('gives every poison within an hour', () => {
  const given = planSchedule(1, HOUR_MS, CAST).flatMap(({ blow }) =>
    blow.kind === 'poison' ? [blow.poison] : [],
  )
  expect(new Set(given)).toEqual(new Set(HOST_POISONS))
})
