import { expect, it } from 'vitest'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { post, readError, submitJob } from '../testing/http.ts'

let stack: ApiStack
let url: string
shareStack((shared) => {
  stack = shared
  url = `${stack.api.url}/api/v2/jobs`
})

it('is refused by size before it is read', async () => {
  const response = await post(url, { workflow: { '1': 'x'.repeat(3_000_000) } })
  const error = await readError(response)
  expect([response.status, error.code]).toEqual([413, 'payload_too_large'])
  const limit = Number(error.details?.['limit_bytes'])
  expect(limit).toBeGreaterThan(2_000_000)
  expect(error.message).toContain(`At most ${limit} bytes`)
  await submitJob(stack.api.url)
})

it('is refused in a few words, however much is wrong with it', async () => {
  const inputs = Object.fromEntries(Array.from({ length: 90_000 }, (_, n) => [`${n}`, ['x', 0]]))
  const response = await post(url, { workflow: { '1': { class_type: 'A', inputs } } })
  const text = await response.clone().text()
  const error = await readError(response)
  expect([response.status, error.code]).toEqual([422, 'invalid_workflow'])
  expect(error.message).toContain('89900 more problems')
  expect(error.details).toMatchObject({ more_problems: 89_900 })
  expect(text.length).toBeLessThan(70_000)
})

it.each<[string, object]>([
  ['long', { ['field\n'.repeat(100_000)]: 1 }],
  ['many', Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`field-${n}`, 1]))],
])('is refused in a few words when the names of its fields are %s', async (_what, fields) => {
  const response = await post(url, { workflow: {}, extra_data: fields, ...fields })
  const text = await response.clone().text()
  expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
  expect(text.length).toBeLessThan(2_000)
})
