import { expect, it } from 'vitest'
import { tellRuntime, tellSome } from './holdings.ts'

it('tells the first hundred, and how many there are', () => {
  const told = tellSome(new Set(Array.from({ length: 250 }, (_, n) => n)), (n) => n * 2)
  expect(told.count).toBe(250)
  expect(told.first).toEqual(Array.from({ length: 100 }, (_, n) => n * 2))
  expect(tellSome([], String)).toEqual({ count: 0, first: [] })
})

it('counts what the runtime keeps open', () => {
  const timers = () => tellRuntime().open['Timeout'] ?? 0
  const before = timers()
  const timer = setTimeout(() => undefined, 60_000)
  expect(timers()).toBe(before + 1)
  clearTimeout(timer)
})
