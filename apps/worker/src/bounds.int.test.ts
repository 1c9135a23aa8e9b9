import { hugeError, withHost } from '@safelight/comfyui/testing'
import { createLogger } from '@safelight/runtime'
import { jsonBytes, OUTPUTS_MAX, OUTPUTS_MAX_BYTES } from '@safelight/shared'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startWorkerStack, until, type WorkerStack } from './testing/stack.ts'

const MOST_OF_A_RECORD = 80 * 1024
const MOST_OF_A_LINE = 100 * 1024

let stack: WorkerStack
let lines: string[]
beforeEach(async () => {
  stack = await startWorkerStack()
  lines = []
})
afterEach(() => stack.close())

/** Every node has a title of 100 KB. */
const workflow = {
  '1': { class_type: 'Loader', inputs: {}, _meta: { title: 'title\n'.repeat(17_000) } },
  '2': { class_type: 'Save', inputs: { images: ['1', 0] }, _meta: { title: 't'.repeat(100_000) } },
}

async function submitTo(url: string): Promise<string> {
  const destination = { write: (line: string) => void lines.push(line) }
  await stack.startWorker([url], {
    log: createLogger({ level: 'debug', name: 'test', destination }),
  })
  return stack.submit(workflow)
}

/** Of a job that has ended: everything that somebody keeps or hears of it. */
async function expectSmallAndClean(jobId: string): Promise<void> {
  const end = await stack.end(jobId)
  const { events } = await stack.events(jobId)
  expect(jsonBytes(end)).toBeLessThan(MOST_OF_A_RECORD)
  for (const event of events) expect(jsonBytes(event)).toBeLessThan(MOST_OF_A_RECORD)
  const bars = events.filter(({ type }) => type === 'progress')
  expect(bars.length).toBeGreaterThan(0)
  for (const event of bars) expect(jsonBytes(event)).toBeLessThan(2_500)
  for (const line of lines) expect(line.length).toBeLessThan(MOST_OF_A_LINE)
  expect(JSON.stringify([end, events])).not.toMatch(/secret|sk-do-not-show/)
  expect(lines.join('')).not.toContain('sk-do-not-show')
}

it('keeps little of a refusal that names 20,000 files at every node', async () => {
  const host = await withHost()
  const names = Array.from({ length: 20_000 }, (_, n) => `/srv/secret/models/${n}.safetensors`)
  host.intercept = ({ method, path }, response) => {
    if (method !== 'POST' || path !== '/prompt') return false
    const error = {
      type: 'value_not_in_list',
      message: 'Value not in list',
      details: `ckpt_name: 'x' not in ${JSON.stringify(names)}`,
      extra_info: { input_name: 'ckpt_name', input_config: [names, {}], received_value: names[0] },
    }
    const node = { class_type: 'Loader', dependent_outputs: names, errors: [error, error] }
    response.statusCode = 400
    response.end(
      JSON.stringify({
        error: { type: 'prompt_outputs_failed_validation', message: 'no', details: names.join() },
        node_errors: { '1': node, '2': node },
      }),
    )
    return true
  }
  const jobId = await submitTo(host.url)
  await expectSmallAndClean(jobId)
  expect((await stack.end(jobId)).error).toMatchObject({
    code: 'invalid_workflow',
    details: {
      node_errors: {
        '1': {
          errors: [
            { message: 'Value not in list', extra_info: { input_name: 'ckpt_name' } },
            expect.anything(),
          ],
        },
      },
    },
  })
})

it('keeps little of an execution error of megabytes with secrets in it', async () => {
  const host = await withHost()
  const jobId = await submitTo(host.url)
  await until(() => host.pending.length > 0)
  const { promptId, clientId } = host.start()
  const failure = { ...hugeError(promptId), node_type: 'Loader' }
  host.send(clientId, 'executing', { node: '1', display_node: '1', prompt_id: promptId })
  host.send(clientId, 'execution_error', failure)
  host.running = []
  host.history.set(promptId, {
    prompt: [0, promptId, workflow, { client_id: clientId }, ['2']],
    outputs: {},
    status: { status_str: 'error', completed: false, messages: [['execution_error', failure]] },
  })
  await expectSmallAndClean(jobId)
  expect((await stack.end(jobId)).error).toMatchObject({ message: 'boom', node_id: '1' })
})

it('keeps the first of 20,000 files that a node saves, says so, and asks for no others', async () => {
  const host = await withHost()
  const images = Array.from({ length: 20_000 }, (_, n) => ({
    filename: `${n}_${'ä'.repeat(240)}.png`,
    subfolder: '',
    type: 'output',
  }))
  // a busy machine may have one asked for once more
  const served = new Set<unknown>()
  host.intercept = ({ path }, response) => {
    if (path !== '/view') return false
    served.add(response.req.url)
    response.end('a picture')
    return true
  }
  const jobId = await submitTo(host.url)
  await until(() => host.pending.length > 0)
  const { promptId, clientId } = host.start()
  host.running = []
  host.history.set(promptId, {
    prompt: [0, promptId, workflow, { client_id: clientId }, ['2']],
    outputs: { ['ö'.repeat(256)]: { images } },
    status: { status_str: 'success', completed: true, messages: [['execution_success', {}]] },
  })
  const end = await stack.end(jobId)
  expect(end.status).toBe('succeeded')
  expect(end.outputs.length).toBe(served.size)
  expect(end.outputs.length).toBeGreaterThan(300)
  expect(end.outputs.length).toBeLessThanOrEqual(OUTPUTS_MAX)
  expect(jsonBytes(end.outputs)).toBeLessThan(OUTPUTS_MAX_BYTES)
  expect(end.outputs[0]?.name).toBe(images[0]?.filename)
  const kept = end.outputs.length
  expect(end.warnings).toEqual([
    {
      code: 'outputs_cut',
      node_id: null,
      message: `the first ${kept} are kept … and ${20_000 - kept} more`,
    },
  ])
})
