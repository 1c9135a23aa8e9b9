import { expect, it } from 'vitest'
import { parseOptions } from './options.ts'

it('takes an hour, unless told', () => {
  expect(parseOptions([])).toEqual({
    minutes: 60,
    jobsPerMinute: 240,
    seed: 1,
    json: null,
    keep: null,
  })
  expect(
    parseOptions(['--minutes', '0.5', '--jobs-per-minute', '60', '--json', 'x']),
  ).toMatchObject({ minutes: 0.5, jobsPerMinute: 60, json: 'x' })
})

it.each([
  ['--minutes', '0'],
  ['--minutes', 'some'],
  ['--jobs-per-minute', '1e9'],
  ['--seed', '1.5'],
])('refuses %s %s, and says what it takes', (name, value) => {
  expect(() => parseOptions([name, value])).toThrow(`${name} must be`)
})
