/** JSON as Python reads it. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { pythonFloat, toPythonJson } from './python-json.ts'
import { PythonNumber, readMemberTexts, readPythonJson } from './read-python-json.ts'

it('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
      const value: unknown = JSON.parse(text)
      // a minus before nothing is a digit like any other
      fc.pre(!/-0(?![.\d])/.test(text))
      expect(readPythonJson(JSON.stringify(value, null, indent))).toEqual(value)
    }),
  )
})

it('keeps the digits of numbers, and reads the constants of Python', () => {
  expect(readPythonJson('[1, 1.0, 18446744073709551615, NaN, -Infinity]')).toEqual([
    1,
    new PythonNumber('1.0'),
    new PythonNumber('18446744073709551615'),
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ])
  const text = '{"a": 18446744073709551615, "__proto__": {"b": 1.0}}'
  expect(toPythonJson(readPythonJson(text))).toBe(text)
  expect([...readMemberTexts(' {"prompt" : {"1": [1.0 ]} ,"x":"}"}')]).toEqual([
    ['prompt', '{"1": [1.0 ]}'],
    ['x', '"}"'],
  ])
})

it('refuses the rest', () => {
  for (const text of ['', '{', '{"a"}', '[1 2]', '01', '+1', 'nan', '{"a":1} 2', "{'a':1}"]) {
    expect(() => readPythonJson(text)).toThrow(SyntaxError)
  }
})

it.each([
  [24, '24.0'],
  [0.1, '0.1'],
  [1e21, '1e+21'],
  [1e16, '1e+16'],
  [1e15, '1000000000000000.0'],
  [0.00001, '1e-05'],
  [Number.POSITIVE_INFINITY, 'inf'],
])('shows a float as Python does: %s', (number, text) => {
  expect(pythonFloat(number)).toBe(text)
})
