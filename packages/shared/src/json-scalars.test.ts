/** What stands bare in a text. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestNumberBeyond, withoutConstants } from './json-scalars.ts'

it('takes away the constants of Python, and leaves what stands in strings', () => {
  const text = '{"values: NaN":[NaN,-Infinity, Infinity],"a":"\\"NaN","b":NaN}'
  expect(withoutConstants(text)).toBe('{"values: NaN":[null,null, null],"a":"\\"NaN","b":null}')
  expect(withoutConstants('["NaN"]')).toBe('["NaN"]')
})

describe('the longest number', () => {
  const digits = fc.integer({ min: 1, max: 40 }).map((length) => '7'.repeat(length))
  const number = fc.tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.constantFrom('', '.5', 'e+3', '.25E-1'),
  )

  it('is told where it is longer than may be, and never for what stands in a string', () => {
    const item = fc.oneof(
      number.map((parts) => ({ text: parts.join(''), length: parts.join('').length })),
      digits.map((text) => ({ text: `"\\"${text}\\\\"`, length: 0 })),
    )
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 1, max: 20 }), (items, most) => {
        const longest = Math.max(0, ...items.map(({ length }) => length))
        const text = `[${items.map((one) => one.text).join(',')}]`
        expect(longestNumberBeyond(text, most)).toBe(longest > most ? longest : 0)
      }),
    )
  })
})

it('takes no longer than the text is long', () => {
  const worst = ['"\\"', '-', 'N', '1', `${'1'.repeat(1_000)},`].map((part) =>
    part.repeat(200_000 / part.length),
  )
  const startedAt = performance.now()
  for (const text of worst) {
    withoutConstants(text)
    longestNumberBeyond(text, 1_000)
  }
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
