import { expect, it } from 'vitest'
import { createRecent } from './recent.ts'

it('holds the latest, however many come, and counts them all', () => {
  const recent = createRecent<number>(3)
  for (let n = 0; n < 1_000; n++) recent.add(n)
  expect(recent.list()).toEqual([997, 998, 999])
  expect(recent.count()).toBe(1_000)
})

it('tells those from a certain one on, counted from the first that ever came', () => {
  const recent = createRecent<string>(3)
  for (const letter of 'abcde') recent.add(letter)
  expect(recent.list(4)).toEqual(['e'])
  expect(recent.list(5)).toEqual([])
  expect(recent.list(1)).toEqual(['c', 'd', 'e'])
})
