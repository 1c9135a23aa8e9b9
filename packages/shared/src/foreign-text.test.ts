import { describe, expect, it } from 'vitest'
import { boundJson, cutText, jsonBytes, toLine, toWellFormed } from './foreign-text.ts'

describe('cutText', () => {
  it.each([
    ['short', 10, 'short'],
    ['0123456789', 10, '0123456789'],
    ['0123456789x', 10, '012345678…'],
    ['😀😀😀', 4, '😀…'],
  ])('%s at %i', (text, max, expected) => {
    expect(cutText(text, max)).toBe(expected)
  })
})

it.each([
  ['a\ud800', 'a\ufffd'],
  ['\udcff\ud800b', '\ufffd\ufffdb'],
  ['😀', '😀'],
])('%j has bytes in UTF-8 as %j', (text, expected) => {
  expect(toWellFormed(text)).toBe(expected)
})

describe('toLine', () => {
  it.each([
    ['one line', 'one line'],
    ['two\r\nlines\u0000 here ', 'two lines here'],
    ['', ''],
    ['x'.repeat(100_000), `${'x'.repeat(199)}…`],
    [`a${' '.repeat(100_000)}b`, 'a…'],
  ])('makes a line of what was none', (text, expected) => {
    expect(toLine(text)).toBe(expected)
  })
})

describe('boundJson', () => {
  it('leaves what is small as it is', () => {
    const value = { a: [1, null, true, 'x'], b: { c: { d: 'é' } } }
    expect(boundJson(value, 4_096)).toEqual(value)
  })

  it('counts what it leaves out', () => {
    const names = Array.from({ length: 20_000 }, (_, n) => `model-${n}.safetensors`)
    const bounded = boundJson({ input_config: [names, {}] }, 4_096)
    expect(bounded).toMatchObject({
      input_config: [expect.arrayContaining(['model-0.safetensors', '… and 19980 more']), {}],
    })
  })

  it.each([
    ['a long text', 'x'.repeat(1_000_000)],
    ['many long texts', Array.from({ length: 1_000 }, () => 'é'.repeat(1_000))],
    ['control characters', '\u0001'.repeat(10_000)],
    ['many names', Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]))],
    ['a long name', { ['n'.repeat(100_000)]: 1 }],
    ['wide and deep', wide(7)],
  ])('keeps %s near its size', (_what, value) => {
    expect(jsonBytes(boundJson(value, 4_096))).toBeLessThan(8_192)
  })

  it('survives what is nested beyond the stack', () => {
    let nest: unknown = 1
    for (let depth = 0; depth < 100_000; depth += 1) nest = [nest]
    expect(jsonBytes(boundJson(nest, 4_096))).toBeLessThan(100)
  })
})

function wide(depth: number): unknown {
  return depth === 0 ? 'leaf' : Array.from({ length: 8 }, () => wide(depth - 1))
}
