import { expect, it } from 'vitest'
import { parseOptions } from './options.ts'

const parse = (...args: string[]) => parseOptions(args, () => 42)

it('takes what is asked for, and has an answer to what is not', () => {
  expect(parse()).toEqual({
    minutes: 2,
    seed: 42,
    waiting: 0,
    keep: null,
    prometheus: false,
    freeze: false,
  })
  const asked = [
    '--minutes',
    '10',
    '--seed',
    '7',
    '--waiting',
    '3000',
    '--keep',
    'logs',
    '--prometheus',
  ]
  expect(parse(...asked)).toEqual({
    minutes: 10,
    seed: 7,
    waiting: 3_000,
    keep: 'logs',
    prometheus: true,
    freeze: false,
  })
  expect(parse('--freeze').freeze).toBe(true)
})

it('refuses what does not go together', () => {
  expect(() => parse('--freeze', '--prometheus')).toThrow('--freeze')
})

it.each([
  ['--minutes', '0'],
  ['--seed', '1.5'],
  ['--waiting', '-1'],
  ['--waiting', '2.5'],
  // more than a queue takes
  ['--waiting', '10001'],
])('refuses %s %s', (name, value) => {
  expect(() => parse(`${name}=${value}`)).toThrow(name)
})
