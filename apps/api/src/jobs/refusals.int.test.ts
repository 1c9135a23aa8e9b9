import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { assertContract } from '../testing/contract.ts'
import { post, readError, submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'

let stack: ApiStack
let url: string
shareStack((shared) => {
  stack = shared
  url = `${stack.api.url}/api/v2/jobs`
})

describe('a request that cannot be a job', () => {
  const GOOD = { workflow: WORKFLOW }
  const broken: [string, string | object, number, string][] = [
    ['broken JSON', '{"workflow":', 400, 'invalid_request'],
    ['a JSON text', '"workflow"', 400, 'invalid_request'],
    ['a list', '[]', 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['nothing', '', 400, 'invalid_request'],
    ['no workflow', {}, 422, 'invalid_workflow'],
    ['a reserved field', { ...GOOD, webhook_url: 'http://x' }, 422, 'invalid_workflow'],
    ['another reserved field', { ...GOOD, inputs: {} }, 422, 'invalid_workflow'],
    ['a field nobody knows', { ...GOOD, priorty: 1 }, 400, 'invalid_request'],
    ['a priority out of range', { workflow: WORKFLOW, priority: 1e7 }, 400, 'invalid_request'],
    ['half a priority', { workflow: WORKFLOW, priority: 0.5 }, 400, 'invalid_request'],
    ['no time to start', { workflow: WORKFLOW, start_deadline_s: 0 }, 400, 'invalid_request'],
    ['a week to start', { workflow: WORKFLOW, start_deadline_s: 604_801 }, 400, 'invalid_request'],
    ['no time to run', { workflow: WORKFLOW, timeout_s: 0 }, 400, 'invalid_request'],
    ['half a second', { workflow: WORKFLOW, timeout_s: 0.5 }, 400, 'invalid_request'],
    ['too many retries', { workflow: WORKFLOW, node_retries: 6 }, 400, 'invalid_request'],
    ['no yes or no', { workflow: WORKFLOW, allow_partial_results: 1 }, 400, 'invalid_request'],
    ['a list as metadata', { workflow: WORKFLOW, metadata: [] }, 400, 'invalid_request'],
    ['too much metadata', { ...GOOD, metadata: { x: 'é'.repeat(600) } }, 400, 'invalid_request'],
    ['unknown extra_data', { ...GOOD, extra_data: { password: 'x' } }, 400, 'invalid_request'],
    ['a list as workflow', { workflow: [1, 2] }, 422, 'invalid_workflow'],
    ['an empty workflow', { workflow: {} }, 422, 'invalid_workflow'],
    ['the editor format', { workflow: { nodes: [], links: [] } }, 422, 'workflow_format_ui'],
    [
      'a nest of lists',
      `{"workflow":{"1":{"class_type":"A","inputs":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}}`,
      400,
      'invalid_request',
    ],
    [
      'a nest of metadata',
      `{"workflow":{},"metadata":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
      400,
      'invalid_request',
    ],
  ]
  it.each(broken)('is refused: %s', async (...[, body, status, code]) => {
    const response = await post(url, body)
    const text = await response.clone().text()
    assertContract('ErrorEnvelope', JSON.parse(text))
    expect([response.status, (await readError(response)).code]).toEqual([status, code])
    await submitJob(stack.api.url)
  })

  it('may name what is reserved, as nothing', async () => {
    const body = { workflow: WORKFLOW, webhook_url: null, inputs: null }
    expect((await post(url, body)).status).toBe(201)
  })

  it('is refused when it does not say that it is JSON', async () => {
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ workflow: WORKFLOW }),
    })
    expect(response.status).toBe(400)
  })

  it('names the field', async () => {
    const error = await readError(await post(url, { workflow: WORKFLOW, priority: 'high' }))
    expect(error.message).toContain('priority')
    expect(error.details).toMatchObject({ issues: [{ path: 'priority' }] })
  })
})
