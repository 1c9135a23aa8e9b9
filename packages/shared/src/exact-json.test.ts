/** Text in, the same numbers out. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ExactNumber,
  parseExact,
  stringifyExact,
  toNearestNumber,
  toNumberText,
} from './exact-json.ts'

const NUMBERS = [
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551615',
  '1.0',
  '-0',
  '0.45000000000000007',
  '1e21',
  '1E400',
  '0.1000',
]

describe('a number', () => {
  it.each(NUMBERS)('keeps its text, wherever it stands: %s', (number) => {
    for (const text of [
      number,
      `[${number},{"a":${number}}]`,
      `{"n":[[],{},"\\"1.0",${number}]}`,
    ]) {
      expect(stringifyExact(parseExact(text))).toBe(text)
    }
  })

  it('is a number of JavaScript where that says the same', () => {
    expect(parseExact('[1, 2.5, 1.0, true, null]')).toEqual([
      1,
      2.5,
      new ExactNumber('1.0'),
      true,
      null,
    ])
    expect(toNearestNumber(parseExact('18446744073709551615'))).toBe(2 ** 64)
    expect(toNumberText(parseExact('1.0'))).toBe('1.0')
    expect(toNumberText('1.0')).toBeNull()
  })

  it('may be a bigint when it is written, and is the nearest one for JSON.stringify', () => {
    expect(stringifyExact({ seed: 2n ** 64n - 1n })).toBe('{"seed":18446744073709551615}')
    expect(JSON.stringify(parseExact('[9007199254740993]'))).toBe('[9007199254740992]')
  })
})

it('is as JSON.parse and JSON.stringify in everything else', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', '  '), (text, indent) => {
      const value: unknown = JSON.parse(text)
      const spaced = JSON.stringify(value, null, indent)
      expect(stringifyExact(parseExact(`[1.0, ${spaced} ]`))).toBe(`[1.0,${JSON.stringify(value)}]`)
      expect(stringifyExact(value, { indent })).toBe(spaced)
    }),
  )
  expect(stringifyExact({ a: undefined, b: [undefined] })).toBe('{"b":[null]}')
})

it('keeps members of every name, and sorts them when asked', () => {
  const text = '{"__proto__":{"x":1.0},"constructor":1,"toString":2}'
  expect(stringifyExact(parseExact(text))).toBe(text)
  expect(stringifyExact(parseExact('{"b":1.0,"a":{"d":1,"c":2}}'), { sorted: true })).toBe(
    '{"a":{"c":2,"d":1},"b":1.0}',
  )
})

it('refuses what is no JSON', () => {
  for (const text of ['', '{', '[1.0,]', 'NaN', '01', '{"a":1}}']) {
    expect(() => parseExact(text)).toThrow(SyntaxError)
  }
})
