import { expect, it } from 'vitest'
import { FROZEN_MS, planFreezes } from './freezes.ts'

const CAST = { apis: 2, workers: 3, hosts: 3 }
const HOUR_MS = 3_600_000

it('plans the same from the same seed, something else from another, and a shorter run as the beginning of a longer one', () => {
  const plan = planFreezes(7, HOUR_MS, CAST)
  expect(planFreezes(7, HOUR_MS, CAST)).toEqual(plan)
  expect(planFreezes(8, HOUR_MS, CAST)).not.toEqual(plan)
  const short = planFreezes(7, HOUR_MS / 10, CAST)
  expect(short.length).toBeGreaterThan(10)
  expect(plan.slice(0, short.length)).toEqual(short)
})

it('freezes everybody, for moments and for longer than a lock lasts, and never longer than is bounded', () => {
  const plan = planFreezes(1, HOUR_MS, CAST)
  const targets = new Set(plan.map(({ target }) => target))
  expect(targets.size).toBe(1 + CAST.apis + CAST.workers + CAST.hosts)
  for (const target of targets) {
    const lengths = plan.filter((act) => act.target === target).map(({ forMs }) => forMs)
    expect(lengths.filter((ms) => ms < 1_000).length).toBeGreaterThan(5)
    expect(lengths.filter((ms) => ms > 10_000).length).toBeGreaterThan(5)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(FROZEN_MS.atLeast)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(FROZEN_MS.upTo)
  }
  expect(plan.every(({ blow }) => blow.kind === 'freeze')).toBe(true)
})

it('lets nobody be frozen who is, and several be at once', () => {
  const plan = planFreezes(3, HOUR_MS / 10, CAST)
  const begun = plan.map((act, at) => ({ act, before: plan.slice(0, at) }))
  const still = begun.map(({ act, before }) =>
    before.filter((one) => one.atMs + one.forMs >= act.atMs).map(({ target }) => target),
  )
  expect(still.filter((others) => others.length > 0).length).toBeGreaterThan(plan.length / 2)
  expect(begun.filter(({ act }, at) => still[at]?.includes(act.target))).toEqual([])
})
