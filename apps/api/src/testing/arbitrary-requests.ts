/** Requests made up from an API's own description: mostly what it asks for, and in places what nobody would send. */
import * as fc from 'fast-check'
import { arbitraryValue, type Definitions, hostileText, type Schema } from './arbitrary-values.ts'

export interface Described {
  operationId: string
  method: string
  /** As OpenAPI writes it. */
  path: string
  parameters: readonly { name: string; in: string; schema: Schema }[]
  requestBody?: { contentType: string; schema: Schema } | undefined
  definitions: Definitions
}

export interface MadeUp {
  operationId: string
  method: string
  /** With the query. */
  path: string
  headers: [string, string][]
  body: { kind: 'none' } | { kind: 'text'; text: string } | { kind: 'form'; parts: Part[] }
}
export type Part = readonly [name: string, value: string]

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
          inPlace(place).map(({ name, schema }) => [name, arbitraryValue(schema, definitions)]),
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
  const value = arbitraryValue(requestBody.schema, definitions)
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
