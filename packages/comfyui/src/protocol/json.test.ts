import { describe, expect, it } from 'vitest'
import { parseLenientJson } from './json.ts'

describe('parseLenientJson', () => {
  it.each<[string, unknown]>([
    ['{"a":NaN,"b":-NaN,"c":Infinity,"d":-Infinity}', { a: null, b: null, c: null, d: null }],
    ['[NaN,NaN]', [null, null]],
    ['NaN', null],
    ['{"text":"values: NaN, -Infinity","x":NaN}', { text: 'values: NaN, -Infinity', x: null }],
    [String.raw`{"a\"NaN":"\\","b":NaN}`, { 'a"NaN': '\\', b: null }],
    [String.raw`["\\\"NaN\\",NaN]`, [String.raw`\"NaN\ `.trim(), null]],
    ['{"Infinity":1}', { Infinity: 1 }],
  ])('reads %s', (text, value) => {
    expect(parseLenientJson(text)).toEqual(value)
  })

  it.each(['{"a":NaNny}', '{"a":xNaN}', '{"a":+NaN}', '"NaN', '{', '', '{"a":--Infinity}'])(
    'refuses %s',
    (text) => {
      expect(() => parseLenientJson(text)).toThrow(SyntaxError)
    },
  )

  it('reads 20 MB of text beside one NaN', () => {
    const text = 'word \\" NaN '.repeat(1_700_000)
    expect(parseLenientJson(`{"text":"${text}","loss":NaN}`)).toEqual({
      text: text.replaceAll('\\"', '"'),
      loss: null,
    })
  })
})
