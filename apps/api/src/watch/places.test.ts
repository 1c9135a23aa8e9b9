/** When a job that waits should be done. */
import { expect, it } from 'vitest'
import { toEta } from './places.ts'

const meanCost = 10_000
const idle = { running: [], staged: [] }
const busy = { running: ['a'], staged: ['b'] }

it('is not known while no host could take it', () => {
  expect(toEta([], { ahead: 0, meanCost })).toBeNull()
})

it('is what is ahead and the job itself, shared by the hosts', () => {
  expect(toEta([idle], { ahead: 0, meanCost })).toBe(10_000)
  expect(toEta([idle], { ahead: 3, meanCost })).toBe(40_000)
  expect(toEta([idle, idle], { ahead: 3, meanCost })).toBe(20_000)
})

it('is never less than the job itself takes, however many hosts there are', () => {
  expect(toEta([idle, idle, idle], { ahead: 0, meanCost })).toBe(10_000)
})

it('counts what the hosts have already: what is staged, and half of what runs', () => {
  expect(toEta([busy], { ahead: 0, meanCost })).toBe(25_000)
  expect(toEta([busy, busy], { ahead: 1, meanCost })).toBe(25_000)
})
