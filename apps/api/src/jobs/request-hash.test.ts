/** Requests that mean the same have the same hash, also across an upgrade. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { hashRequest } from './request-hash.ts'

const hashOf = (workflow: string) => hashRequest({ workflow: JSON.parse(workflow) }, workflow)

it('is what 0.1.0 made of the same request: its keys are good for a day', () => {
  const meant =
    '{"metadata":null,"node_retries":0,"priority":0,"workflow":{"2":{"class_type":"A","inputs":{"a":[1,"é"],"b":0.5}},"10":{},"x":{}}}'
  const old = createHash('sha256').update(meant).digest('base64url')
  const sent = '{"x":{},"10":{},"2":{"inputs":{"b":0.5,"a":[1,"\\u00e9"]},"class_type":"A"}}'
  expect(hashOf(sent)).toBe(old)
})

it('does not depend on order and spaces, and does on every digit', () => {
  expect(hashOf('{"a":1.0, "b":18446744073709551615}')).toBe(
    hashOf('{"b":18446744073709551615,"a":1.0}'),
  )
  const hashes = ['1', '1.0', '9007199254740992', '9007199254740993', '1e400', 'null'].map(
    (number) => hashOf(`{"a":${number}}`),
  )
  expect(new Set(hashes).size).toBe(hashes.length)
})

it('does not depend on saying no to what nobody gets unasked, and does on a yes', () => {
  const hash = (more: object) => hashRequest({ workflow: {}, ...more }, '{}')
  expect(hash({ allow_partial_results: false })).toBe(hash({}))
  expect(hash({ allow_partial_results: true })).not.toBe(hash({}))
})
