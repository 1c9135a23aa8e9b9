import { expect, it } from 'vitest'
import { toPreferredWait, toWait } from './wait.ts'

it.each([
  ['wait=10', 10],
  ['wait', 60],
  ['Wait = "5"', 5],
  ['respond-async, wait=10', 10],
  ['wait=10;strict', 10],
  ['wait=0', 0],
  ['wait=900', 60],
  ['wait=999999999', 60],
  [undefined, null],
  ['', null],
  ['respond-async', null],
  ['wait=soon', null],
  ['wait=-1', null],
  ['wait=1.5', null],
  ['waiting=3', null],
  [`${'x,'.repeat(2_000)}wait=3`, null],
])('reads Prefer: %s', (header, seconds) => {
  expect(toPreferredWait(header)).toBe(seconds)
})

it('lets the address win, which is no preference', () => {
  expect(toWait(0, 30)).toEqual({ seconds: 0, isPreference: false })
  expect(toWait(undefined, 30)).toEqual({ seconds: 30, isPreference: true })
  expect(toWait(undefined, null)).toBeNull()
})
