import { expect, it } from 'vitest'
import type { StoredNodeClasses, StoredNodeInput } from '../node-classes.ts'
import { readNodeClasses, writeNodeClasses } from './class-text.ts'

const classOf = (inputs: Record<string, StoredNodeInput>): StoredNodeClasses[string] => ({
  output: false,
  outputs: 1,
  required: Object.keys(inputs),
  own: true,
  types: ['IMAGE', null],
  inputs,
  title: 'A title',
})
const choice = (values: StoredNodeInput['values']): StoredNodeInput => ({
  type: 'COMBO',
  required: true,
  strict: true,
  ...(values && { values }),
})
const samplersOf = (count: number) => Array.from({ length: count }, (_, at) => `sampler-${at}`)

it('reads what it has written', () => {
  const steps = { type: 'INT', required: false, min: 1, max: 2 ** 64, default: 20, step: 1 }
  const classes: StoredNodeClasses = {
    Sampler: classOf({ steps, name: choice(['a', 1, true]), other: choice(['a', 1, true]) }),
    Shape: { output: true, outputs: 0, required: ['x'] },
    Bare: classOf({}),
  }
  Object.defineProperty(classes, '__proto__', { value: classOf({}), enumerable: true })
  const { text, digest } = writeNodeClasses(classes)
  expect(readNodeClasses(text)).toEqual(classes)
  expect(Object.keys(readNodeClasses(text))).toContain('__proto__')
  expect(writeNodeClasses(structuredClone(classes)).digest).toBe(digest)
  expect(writeNodeClasses({ ...classes, Bare: classOf({ steps }) }).digest).not.toBe(digest)
})

it('writes a list once, however many inputs have it', () => {
  const values = samplersOf(2_000)
  const classes = Array.from({ length: 500 }, (_, at) => [
    `Sampler ${at}`,
    classOf({ name: choice([...values]) }),
  ])
  const { text } = writeNodeClasses(Object.fromEntries(classes))
  expect(text.length).toBeLessThan(200_000)
  expect(readNodeClasses(text)['Sampler 499']?.inputs?.['name']?.values).toEqual(values)
})

it('leaves out the longest lists, and the inputs of the last classes, where there is no room', () => {
  const classes: StoredNodeClasses = {
    Sampler: classOf({ name: choice(['a']), long: choice(samplersOf(100_000)) }),
    ...Object.fromEntries(
      Array.from({ length: 400 }, (_, at) => [
        `Custom ${at}`,
        classOf(
          Object.fromEntries(samplersOf(200).map((name) => [name, { type: name, required: true }])),
        ),
      ]),
    ),
  }
  const { text } = writeNodeClasses(classes)
  expect(text.length).toBeLessThan(5_000_000)
  const read = readNodeClasses(text)
  expect(read['Sampler']?.inputs).toEqual({ name: choice(['a']), long: choice(undefined) })
  expect(read['Custom 0']).toEqual(classes['Custom 0'])
  expect(read['Custom 399']).toMatchObject({ outputs: 1 })
  expect(read['Custom 399']).not.toHaveProperty('inputs')
})

it('refuses another text', () => {
  for (const text of ['7', '{}', '{"lists":[],"classes":[["a",{},null]]}'])
    expect(() => readNodeClasses(text)).toThrow(/expected/)
})
