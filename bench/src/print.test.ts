import { expect, it } from 'vitest'
import { round, toFigures, toTable } from './print.ts'

it('prints one row per figure, with what it stands beside and how far it is from its aim', () => {
  const table = toFigures([
    {
      what: 'trivial jobs a second',
      value: 37.25,
      unit: '1/s',
      against: { what: 'fed directly', value: 235 },
      aim: { of: 'ratio', atLeast: 0.6 },
    },
    { what: 'idle gap, p50', value: 0.5, unit: 'ms', aim: { of: 'value', atMost: 1 } },
    { what: 'scripts', value: 36, unit: '', aim: { of: 'value', atMost: 30 } },
    { what: 'commands', value: 360, unit: '', aim: { of: 'value', atMost: 40 } },
    { what: 'nothing', value: Number.NaN, unit: 'ms', aim: { of: 'value', atMost: 1 } },
  ])
  expect(table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))).toEqual([
    ['', '', 'measured', 'beside', 'ratio', 'aim', ''],
    [
      '',
      expect.stringMatching(/^-+$/),
      '-------:',
      expect.any(String),
      '----:',
      expect.any(String),
      '',
    ],
    [
      '',
      'trivial jobs a second',
      '37.3 1/s',
      '235 1/s fed directly',
      '0.159',
      'ratio ≥ 0.6: short by 73.6 %',
      '',
    ],
    ['', 'idle gap, p50', '0.500 ms', '', '', '≤ 1 ms: reached', ''],
    ['', 'scripts', '36', '', '', '≤ 30: over by 20 %', ''],
    ['', 'commands', '360', '', '', '≤ 40: 9 times that', ''],
    ['', 'nothing', '– ms', '', '', '≤ 1 ms', ''],
  ])
})

it('lines its columns up, words to the left and figures to the right', () => {
  expect(
    toTable(
      ['', 'n'],
      [
        ['a', 1],
        ['bbbb', 100],
      ],
    ),
  ).toBe(['|      |   n |', '| ---- | --: |', '| a    |   1 |', '| bbbb | 100 |'].join('\n'))
})

it('gives three figures, whole numbers from a hundred, and counts as they are', () => {
  expect([1234.5, 12.345, 0.012345, 0].map(round)).toEqual(['1235', '12.3', '0.0123', '0'])
  expect([6, -3].map(round)).toEqual(['6', '-3'])
})
