/** What nodes show without a file: texts, and pictures that only travel over the socket. */
import { createLocalBlobs, readAsset } from '@safelight/assets'
import type { Output, Workflow } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { eachWithHost, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

async function bytesOf({ hash }: Pick<Output, 'hash'>): Promise<Buffer> {
  const deps = { blobs: createLocalBlobs(stack.dataDir), assets: stack.assets }
  const stored = await readAsset(deps, { hash })
  if (!stored) throw new Error('its bytes are gone')
  const chunks: Buffer[] = []
  for await (const chunk of stored.body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
const textOf = async (output: Output) => (await bytesOf(output)).toString()

const previewAny = (source: unknown) => ({ class_type: 'PreviewAny', inputs: { source } })

it('has a text for an output, beside the picture', async () => {
  await stack.startWorker([host.url])
  const jobId = await stack.submit({
    '1': { class_type: 'PrimitiveString', inputs: { value: 'line one\nline two, éè 日本' } },
    '2': previewAny(['1', 0]),
    '10': {
      class_type: 'EmptyImage',
      inputs: { width: 64, height: 64, batch_size: 1, color: 65280 },
    },
    '11': { class_type: 'SaveImage', inputs: { images: ['10', 0], filename_prefix: 'withtext' } },
  })
  const { status, outputs } = await stack.end(jobId)
  expect(status).toBe('succeeded')
  expect(outputs).toMatchObject([
    {
      node_id: '2',
      name: 'PreviewAny_2_1.txt',
      type: 'text',
      content_type: 'text/plain; charset=utf-8',
      text: 'line one\nline two, éè 日本',
    },
    { node_id: '11', type: 'image' },
  ])
  const [text] = outputs
  expect(text && (await textOf(text))).toBe('line one\nline two, éè 日本')
})

it('reads numbers back to the last digit', async () => {
  await stack.startWorker([host.url])
  // as text: JavaScript would write them otherwise
  const jobId = await stack.submit(`{
    "1": {"class_type": "PrimitiveInt", "inputs": {"value": 9007199254740993}},
    "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}},
    "3": {"class_type": "PrimitiveFloat", "inputs": {"value": 0.45000000000000007}},
    "4": {"class_type": "PreviewAny", "inputs": {"source": ["3", 0]}},
    "5": {"class_type": "PreviewAny", "inputs": {"source": 1.0}}
  }`)
  const { outputs } = await stack.end(jobId)
  expect(outputs.map(({ text }) => text)).toEqual([
    '9007199254740993',
    '0.45000000000000007',
    '1.0',
  ])
})

it('keeps a long text whole, and a thousand characters of it in the record', async () => {
  await stack.startWorker([host.url])
  const text = `${'日本'.repeat(100_000)}end`
  const { outputs } = await stack.end(await stack.submit({ '1': previewAny(text) }))
  expect(outputs).toHaveLength(1)
  const [output] = outputs
  expect(output?.text).toHaveLength(1_000)
  expect(output?.size_bytes).toBe(600_003)
  expect(output && (await textOf(output))).toBe(text)
})

it('has the texts of a host whose messages do not arrive', async () => {
  host.faults.set({ deaf: true })
  await stack.startWorker([host.url])
  const { outputs } = await stack.end(await stack.submit({ '1': previewAny('seen in history') }))
  expect(outputs).toMatchObject([{ text: 'seen in history' }])
})

const sent = (batch_size: number, color: number): Workflow => ({
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size, color } },
  save_image_websocket_node: { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } },
})

it.each([
  // frames that name nobody, and those of newer hosts
  '0.3.34',
  '0.33.0',
] as const)('stores every picture that only travels over the socket (host %s)', async (dialect) => {
  host = await stack.startHost({ dialect })
  await stack.startWorker([host.url])
  const { status, outputs } = await stack.end(await stack.submit(sent(3, 255)))
  expect(status).toBe('succeeded')
  expect(outputs.map(({ node_id, name, type }) => [node_id, name, type])).toEqual(
    [1, 2, 3].map((n) => [
      'save_image_websocket_node',
      `SaveImageWebsocket_save-image-websocket-node_${n}.png`,
      'image',
    ]),
  )
  const [first] = outputs
  expect(first && (await bytesOf(first)).subarray(1, 4).toString()).toBe('PNG')
  expect(host.executions()).toHaveLength(1)
})

it('runs a job once more whose pictures it did not hear, and says so when that is in vain', async () => {
  host.faults.set({ deaf: true })
  await stack.startWorker([host.url])
  const end = await stack.end(await stack.submit(sent(1, 254)))
  expect(end).toMatchObject({
    status: 'failed',
    attempt: 2,
    error: { code: 'output_missing', node_id: 'save_image_websocket_node' },
    deadLetter: false,
  })
  expect(host.executions()).toHaveLength(2)
})

it('has the pictures of a prompt whose worker left in the middle, those from before and those from after', async () => {
  const first = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const steps = { image: ['1', 0], steps: 16, seconds: 5 }
  const jobId = await stack.submit({
    ...sent(2, 253),
    '2': { class_type: 'TraceSteps', inputs: steps },
    '3': { class_type: 'SaveImageWebsocket', inputs: { images: ['2', 0] } },
  })
  await stack.when(jobId, ({ outputs, nodes }) => outputs.length === 2 && nodes['2'] === 'running')
  await first.close()
  await stack.startWorker([host.url])
  const { status, attempt, outputs } = await stack.end(jobId)
  expect([status, attempt]).toEqual(['succeeded', 1])
  expect(outputs.map(({ node_id, name }) => [node_id, name.slice(-5)])).toEqual([
    ['3', '1.png'],
    ['3', '2.png'],
    ['save_image_websocket_node', '1.png'],
    ['save_image_websocket_node', '2.png'],
  ])
  expect(host.executions()).toHaveLength(1)
})
