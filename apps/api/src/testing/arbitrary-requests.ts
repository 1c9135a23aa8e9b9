/** Requests made up from an API's own description: mostly what it asks for, and in places what nobody would send. */
import * as fc from 'fast-check'
import { z } from 'zod'

export interface Described {
  operationId: string
  method: string
  /** As OpenAPI writes it. */
  path: string
  parameters: readonly { name: string; in: string; schema: Schema }[]
  requestBody?: { contentType: string; schema: Schema } | undefined
  /** Where `$ref`s lead. */
  definitions: Readonly<Record<string, Schema>>
}

export type Schema = Readonly<Record<string, unknown>>

export interface MadeUp {
  operationId: string
  method: string
  /** With the query. */
  path: string
  headers: [string, string][]
  body: { kind: 'none' } | { kind: 'text'; text: string } | { kind: 'form'; parts: Part[] }
}
export type Part = readonly [name: string, value: string]

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
const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary' }))

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
function valueOf(
  schema: Schema,
  definitions: Described['definitions'],
  depth = 6,
): fc.Arbitrary<unknown> {
  const good = goodValueOf(schema, definitions, depth)
  return fc.oneof({ arbitrary: good, weight: 9 }, { arbitrary: hostileValue, weight: 1 })
}

function goodValueOf(
  schema: Schema,
  definitions: Described['definitions'],
  depth: number,
): fc.Arbitrary<unknown> {
  const inside = (one: unknown) => valueOf(schemaSchema.parse(one), definitions, depth - 1)
  if (depth === 0) return hostileValue
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? ''
    return goodValueOf(definitions[name] ?? {}, definitions, depth - 1)
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

const toText = (value: unknown) =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')

/** @param ids of things that are there, by a part of the path: `jobs`, `assets`, … */
export function arbitraryRequest(
  operation: Described,
  ids: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<MadeUp> {
  const { operationId, method, parameters, definitions } = operation
  const inPlace = (place: string) => parameters.filter((parameter) => parameter.in === place)
  const many = (place: string): fc.Arbitrary<Part[]> =>
    fc
      .record(
        Object.fromEntries(
          inPlace(place).map(({ name, schema }) => [name, valueOf(schema, definitions)]),
        ),
        { requiredKeys: [] },
      )
      .map((values) => Object.entries(values).map(([name, value]) => [name, toText(value)]))
  const strange: fc.Arbitrary<Part[]> = fc.array(fc.tuple(hostileText, hostileText), {
    maxLength: 2,
  })
  return fc
    .record({
      path: arbitraryPath(operation.path, ids),
      query: fc.oneof({ arbitrary: many('query'), weight: 5 }, { arbitrary: strange, weight: 1 }),
      headers: many('header'),
      body: arbitraryBody(operation),
    })
    .map(({ path, query, headers, body }) => {
      const search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
      return {
        operationId,
        method: method.toUpperCase(),
        path: search === '' ? path : `${path}?${search}`,
        headers: headers.map(([name, value]) => [name, toHeader(value)]),
        body,
      }
    })
}

/** Halves of a pair cannot be part of an address. */
const toWellFormed = (text: string) => text.replaceAll(/[\ud800-\udfff]/g, '?')

/** What can be sent as a header at all. */
const toHeader = (text: string) => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?').trim()

function arbitraryPath(
  path: string,
  ids: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<string> {
  const parts = path.split('/').map((part, at, all) => {
    if (!part.startsWith('{')) return fc.constant(part)
    const there = ids[all[at - 1] ?? ''] ?? []
    return fc.oneof(
      fc.constantFrom('00000000-0000-4000-8000-000000000000', ...there),
      // none, or a dot, would be another path
      hostileText.map((text) => encodeURIComponent(`${toWellFormed(text)}~`)),
      fc.constantFrom('%', '%ff', '%2e%2e%2f', '%00', '..;', 'a%2Fb'),
    )
  })
  return fc.tuple(...parts).map((all) => all.join('/'))
}

function arbitraryBody({ requestBody, definitions }: Described): fc.Arbitrary<MadeUp['body']> {
  if (!requestBody) return fc.constant({ kind: 'none' })
  const value = valueOf(requestBody.schema, definitions)
  if (requestBody.contentType.startsWith('multipart/')) return value.chain(arbitraryForm)
  return fc.oneof(
    {
      arbitrary: value.map((one) => ({ kind: 'text', text: JSON.stringify(one) ?? '' }) as const),
      weight: 9,
    },
    { arbitrary: hostileText.map((text) => ({ kind: 'text', text }) as const), weight: 1 },
  )
}

/** Its fields in any order, each of them as often as it likes. */
function arbitraryForm(value: unknown): fc.Arbitrary<MadeUp['body']> {
  const fields: Part[] =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, field]) =>
          [field].flat().map((one): Part => [name, toText(one)]),
        )
      : [['file', toText(value)]]
  const inOrder = fields.toSorted(([a], [b]) => Number(a === 'file') - Number(b === 'file'))
  const shuffled = fc.shuffledSubarray(fields)
  return fc.oneof(fc.constant(inOrder), shuffled).map((parts) => ({ kind: 'form', parts }))
}
