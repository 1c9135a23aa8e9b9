import { ApiError } from '@safelight/shared'
import { expect, it } from 'vitest'
import { submitBodySchema, toSubmitRequest } from './submit-fields.ts'

const workflow = { '1': { class_type: 'A', inputs: {} } }
const OURS = {
  priority: 1,
  owner: 'a',
  pool: 'p',
  metadata: {},
  start_deadline_s: 5,
  timeout_s: 5,
  node_retries: 1,
  allow_partial_results: true,
}

function refusalOf(body: object, extensions: boolean): string | null {
  try {
    toSubmitRequest(submitBodySchema.parse(body), { extensions })
    return null
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return `${error.code}: ${error.message}`
  }
}

it('takes our own fields unless they are switched off', () => {
  for (const [name, value] of Object.entries(OURS)) {
    const body = { workflow, [name]: value }
    expect(refusalOf(body, true)).toBeNull()
    expect(refusalOf(body, false)).toBe(
      `invalid_workflow: '${name}' is no part of Comfy API v2, and extensions are off.`,
    )
  }
})

it('knows every field there is', () => {
  const known = [...Object.keys(OURS), 'workflow', 'extra_data', 'webhook_url', 'inputs']
  expect(Object.keys(submitBodySchema.shape)).toEqual(expect.arrayContaining(known))
})

it('takes what the contract has, whatever is switched off', () => {
  const body = { workflow, extra_data: { api_key_comfy_org: 'k' }, webhook_url: null }
  expect(refusalOf(body, false)).toBeNull()
  expect(toSubmitRequest(submitBodySchema.parse(body), { extensions: false })).toEqual({
    workflow,
    extra_data: { api_key_comfy_org: 'k' },
  })
})

it('names all that may not be there', () => {
  expect(refusalOf({ workflow, webhook_url: 'http://x', inputs: [] }, true)).toBe(
    "invalid_workflow: 'webhook_url', 'inputs' are reserved and not accepted.",
  )
  expect(refusalOf({ workflow, priority: 1, extra_data: { extra_pnginfo: {} } }, false)).toBe(
    "invalid_workflow: 'priority', 'extra_data.extra_pnginfo' are no part of Comfy API v2, and extensions are off.",
  )
})

it('misses a workflow', () => {
  expect(refusalOf({}, true)).toBe(
    "invalid_workflow: 'workflow' is missing: send an API-format graph.",
  )
})
