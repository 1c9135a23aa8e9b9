import { expect, it } from 'vitest'
import { lastsMs, planHeld } from './held.ts'

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)

it('holds every blow within ten minutes, in the order of the seed, and leaves time for others', () => {
  const plan = planHeld(2, 600_000)
  expect(planHeld(2, 600_000)).toEqual(plan)
  expect(planHeld(3, 600_000).map(({ what }) => what)).not.toEqual(plan.map(({ what }) => what))
  expect(plan).toHaveLength(planHeld(3, 7_200_000).length)
  expect(sum(plan.map(lastsMs))).toBeLessThan(0.55 * 600_000)
})

it('holds as many as fit into a shorter run', () => {
  const plan = planHeld(2, 180_000)
  expect(plan.length).toBeGreaterThan(0)
  expect(sum(plan.map(lastsMs))).toBeLessThan(0.55 * 180_000)
})
