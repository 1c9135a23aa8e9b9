/** How far the page has to move so that it seems not to. */
import { expect, it } from 'vitest'
import { toShift } from './use-steady.ts'

const BEFORE = ['e', 'd', 'c', 'b', 'a']

it('moves down by the jobs that came above', () => {
  expect(toShift(BEFORE, ['g', 'f', ...BEFORE], 2)).toBe(2)
})

it('moves up by the jobs that left above', () => {
  expect(toShift(BEFORE, ['d', 'c', 'b', 'a'], 2)).toBe(-1)
})

it('stays when jobs come or go below', () => {
  expect(toShift(BEFORE, ['e', 'd', 'c', 'a', 'z'], 2)).toBe(0)
})

it('holds on to the next job when the first one in view has left', () => {
  expect(toShift(BEFORE, ['f', 'e', 'd', 'b', 'a'], 2)).toBe(0)
  expect(toShift(BEFORE, ['b', 'a'], 2)).toBe(-3)
})

it('stays when nothing of it is left', () => {
  expect(toShift(BEFORE, ['x', 'y'], 1)).toBe(0)
})
