/** Ids, cut short. */
import { expect, it } from 'vitest'
import { matchId, shortenId } from './ids.ts'

const A = '3f2a91bc-0000-4000-8000-000000000001'
const B = '3f2a77d0-0000-4000-8000-000000000002'

it('takes the beginning of one', () => {
  expect(matchId('3f2a9', [A, B])).toBe(A)
  expect(matchId(A, [])).toBe(A)
  expect(matchId('job', ['job', 'job-2'])).toBe('job')
})

it('refuses the beginning of several, and of none', () => {
  expect(() => matchId('3f2a', [A, B])).toThrow(`'3f2a' is the beginning of 2 jobs: ${A}, ${B}`)
  expect(() => matchId('77', [A, B])).toThrow("none of the last 100 jobs begins with '77'")
})

it('shows whole ids short, and others as they are', () => {
  expect([A, 'my-own-job-id'].map(shortenId)).toEqual(['3f2a91bc', 'my-own-job-id'])
})
