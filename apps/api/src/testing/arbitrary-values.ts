/** Values made up from a JSON Schema: mostly what it asks for, and in places the worst that could be there. */
import * as fc from 'fast-check'
import { z } from 'zod'

export type Schema = Readonly<Record<string, unknown>>

/** Where `$ref`s lead. */
export type Definitions = Readonly<Record<string, Schema>>

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  '\u{1f98a}\u200b\u202e',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '..\\..\\x',
  '%00%2e%2e%2f',
  'null',
  '-1',
  '1e999',
  'NaN',
  '{"__proto__":1}',
  '{{7*7}}${7*7}',
  "';--",
  'x'.repeat(5_000),
  'blake3:',
  `blake3:${'0'.repeat(64)}`,
  'http://127.0.0.1:1/',
  'file:///etc/passwd',
  'wait=0',
]
export const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary' }),
)

const deep = (depth: number): unknown =>
  JSON.parse(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`)
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -0,
    -1,
    0.5,
    2 ** 53,
    1e308,
    [],
    {},
    [[]],
    [null],
    deep(3),
    deep(300),
  ),
  fc.constant(JSON.parse('{"__proto__":{"x":1},"constructor":null,"":0}')),
  fc.jsonValue(),
)

/** Mostly one that a host may run. */
const graph: fc.Arbitrary<unknown> = fc.dictionary(
  fc.oneof(fc.nat(20).map(String), hostileText),
  fc.record({
    class_type: fc.oneof(fc.constantFrom('EmptyImage', 'SaveImage', 'KSampler'), hostileText),
    inputs: fc.dictionary(
      fc.constantFrom('images', 'width', 'seed', 'image', '__proto__'),
      fc.oneof(
        hostileValue,
        fc.nat(),
        fc.record({ __type: fc.constant('core/ASSET'), info: hostileValue }),
      ),
      { maxKeys: 3 },
    ),
  }),
  { minKeys: 1, maxKeys: 4 },
)

const asNumber = (value: unknown, otherwise: number) =>
  typeof value === 'number' ? value : otherwise
const schemaSchema = z.record(z.string(), z.unknown())
const manySchema = z.array(schemaSchema)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** @param depth how much further down it may go */
export function arbitraryValue(
  schema: Schema,
  definitions: Definitions,
  depth = 6,
): fc.Arbitrary<unknown> {
  const good = goodValue(schema, definitions, depth)
  return fc.oneof({ arbitrary: good, weight: 9 }, { arbitrary: hostileValue, weight: 1 })
}

function goodValue(schema: Schema, definitions: Definitions, depth: number): fc.Arbitrary<unknown> {
  const inside = (one: unknown) => arbitraryValue(schemaSchema.parse(one), definitions, depth - 1)
  if (depth === 0) return hostileValue
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? ''
    return goodValue(definitions[name] ?? {}, definitions, depth - 1)
  }
  for (const key of ['anyOf', 'oneOf', 'allOf'])
    if (Array.isArray(schema[key])) return fc.oneof(...manySchema.parse(schema[key]).map(inside))
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...listOf(schema['enum']))
  if ('const' in schema) return fc.constant(schema['const'])
  const [type] = [schema['type']].flat()
  switch (type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({
        min: asNumber(schema['minimum'], -1_000),
        max: asNumber(schema['maximum'], 1_000),
      })
    case 'number':
      return fc.double({
        min: asNumber(schema['minimum'], -1_000),
        max: asNumber(schema['maximum'], 1_000),
      })
    case 'array':
      return fc.array(inside(schema['items'] ?? {}), { maxLength: 4 })
    case 'object': {
      const fields = schemaSchema.parse(schema['properties'] ?? {})
      const required = listOf(schema['required']).filter((name) => typeof name === 'string')
      const known = fc.record(
        Object.fromEntries(
          Object.entries(fields).map(([name, one]) => [
            name,
            name === 'workflow' ? graph : inside(one),
          ]),
        ),
        { requiredKeys: required.filter((name) => Object.hasOwn(fields, name)) },
      )
      if (schema['additionalProperties'] === false) return known
      return fc.oneof(known, fc.dictionary(hostileText, hostileValue, { maxKeys: 3 }))
    }
    default:
      return fc.oneof(textOf(schema), hostileText)
  }
}

function textOf(schema: Schema): fc.Arbitrary<string> {
  if (typeof schema['example'] === 'string') return fc.constant(schema['example'])
  if (schema['format'] === 'date-time') return fc.constant('2026-01-31T12:00:00Z')
  return fc.string({ maxLength: 20 })
}
