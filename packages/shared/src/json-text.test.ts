/** Where values stand in a text. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { membersOf, replaceAt, replaceTexts, textAt } from './json-text.ts'

const TEXT = `\uFEFF {
 "workflow" : {"10": {"inputs": {"seed": 1.0 , "t": "}\\"{"}}, "2":{"inputs":{}}, "__proto__": [1,[2]]},
 "a\\u0062": null, "twice": 1, "twice": 2.50\r\n}`

describe('a value', () => {
  it('is found with its own text', () => {
    expect(textAt(TEXT, ['workflow', '10', 'inputs', 'seed'])).toBe('1.0')
    expect(textAt(TEXT, ['workflow', '10', 'inputs', 't'])).toBe('"}\\"{"')
    expect(textAt(TEXT, ['workflow', '__proto__'])).toBe('[1,[2]]')
    expect(textAt(TEXT, ['ab'])).toBe('null')
    expect(textAt(TEXT, ['twice'])).toBe('2.50')
    for (const path of [['no'], ['ab', 'x'], ['workflow', 'toString']]) {
      expect(textAt(TEXT, path)).toBeNull()
    }
  })

  it('is put in place of another, and nothing else changes', () => {
    const changed = replaceAt(TEXT, ['workflow', '10', 'inputs', 'seed'], '18446744073709551615')
    expect(changed).toBe(TEXT.replace('1.0', '18446744073709551615'))
    expect(replaceAt(TEXT, ['workflow', '3'], '1')).toBe(TEXT)
  })

  it('is what JSON.parse sees there, in any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object, null, 1)
        const members = [...membersOf(text)].map(({ key, from, to }) => [
          key,
          JSON.parse(text.slice(from, to)),
        ])
        const plain: object = JSON.parse(text)
        expect(members).toEqual(Object.entries(plain))
      }),
    )
  })
})

it('takes no longer than the text is long', () => {
  const worst = ['"\\"', '{"a":', '[', '1'].map((part) => part.repeat(200_000 / part.length))
  const startedAt = performance.now()
  for (const text of worst) textAt(text, ['a', 'b'])
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})

describe('values at several places', () => {
  it('are put in place of others, in lists and objects, and nothing else changes', () => {
    const changed = replaceTexts(TEXT, [
      { path: ['twice'], json: '"last"' },
      { path: ['workflow', '__proto__', 1, 0], json: '{"a":1}' },
      { path: ['workflow', '10', 'inputs', 't'], json: '"x"' },
      { path: ['workflow', '__proto__', '1'], json: '0' },
      { path: ['workflow', 10], json: '0' },
      { path: ['ab', 'not', 'there'], json: '0' },
    ])
    expect(changed).toBe(
      TEXT.replace('2.50', '"last"').replace('[2]', '[{"a":1}]').replace('"}\\"{"', '"x"'),
    )
    expect(replaceTexts(TEXT, [])).toBe(TEXT)
  })

  it('are those that JSON.parse finds there', () => {
    const nested = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 0 }),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
      ),
    })).tree
    fc.assert(
      fc.property(nested, fc.nat(), (tree, seed) => {
        const text = JSON.stringify(tree, null, seed % 3)
        const value: unknown = JSON.parse(text)
        const leaves = leavesOf(value)
        const chosen = leaves.filter((_, at) => (at + seed) % 2 === 0)
        const changed = replaceTexts(
          text,
          chosen.map((path) => ({ path, json: JSON.stringify(path.join('/')) })),
        )
        const expected: unknown = JSON.parse(text)
        const holder = { root: expected }
        for (const path of chosen) put(holder, ['root', ...path], path.join('/'))
        expect(JSON.parse(changed)).toEqual(holder.root)
      }),
    )
  })
})

type Path = (string | number)[]

function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([key, item]) =>
    leavesOf(item, [...path, isList ? Number(key) : key]),
  )
}

function put(holder: object, path: Path, value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length > 0) return put(Reflect.get(holder, key), rest, value)
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}
