/** A worker that is killed between any two steps of a job loses nothing, runs nothing twice, and leaves nothing. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalBlobs } from '@safelight/assets'
import { withHost } from '@safelight/comfyui/testing'
import { assetIdOf } from '@safelight/store'
import { startRedisProxy } from '@safelight/testkit'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { hostIdOf } from '../hosts/host-id.ts'
import { startWorkerStack, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
beforeEach(async () => {
  stack = await startWorkerStack({ reconcileMs: 500 })
})
afterEach(() => stack.close())

const workflow = {
  '1': { class_type: 'Loader', inputs: {} },
  '2': { class_type: 'Save', inputs: { images: ['1', 0] } },
}
const file = { filename: 'a.png', subfolder: '', type: 'output' }

/** A host whose next prompt has ended; `serve` answers for its file. */
async function withEndedPrompt(serve: (response: NodeJS.WritableStream) => void) {
  const host = await withHost()
  const serving = { serve }
  host.intercept = ({ path }, response) => {
    if (path !== '/view') return false
    serving.serve(response)
    return true
  }
  const end = async () => {
    await until(() => host.pending.length > 0)
    const { promptId, clientId } = host.start()
    host.running = []
    host.history.set(promptId, {
      prompt: [0, promptId, workflow, { client_id: clientId }, ['2']],
      outputs: { '2': { images: [file] } },
      status: { status_str: 'success', completed: true, messages: [['execution_success', {}]] },
    })
  }
  return { host, end, serving }
}

const files = async () =>
  (await readdir(join(stack.dataDir, 'blobs'), { recursive: true }).catch(() => [])).filter(
    (name) => name.includes('/'),
  )

/** As the janitor does it, a day later. */
async function clean(): Promise<number> {
  const { assets } = stack
  const blobs = createLocalBlobs(stack.dataDir)
  const begun = await assets.giveUpWrites(Number.MAX_SAFE_INTEGER)
  const keys = await assets.trash(100)
  await Promise.all(keys.map((key) => blobs.remove(key)))
  await assets.emptied(keys)
  await blobs.sweep(Number.POSITIVE_INFINITY)
  return begun
}

/** @param begun writes that nobody has ended */
async function expectOneBlob(jobId: string, begun: number): Promise<void> {
  const { outputs, ...end } = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(outputs).toMatchObject([{ name: 'a.png', size_bytes: 'the whole picture'.length }])
  expect(await clean()).toBe(begun)
  const blob = await stack.assets.blobOf(outputs[0]?.hash ?? '')
  expect(await files()).toEqual([blob?.key])
  // nothing is pending any more
  expect(await stack.assets.giveUpWrites(Number.MAX_SAFE_INTEGER)).toBe(0)
}

it('in the middle of the file', async () => {
  const { host, end, serving } = await withEndedPrompt((response) => void response.write('half'))
  const worker = await stack.startProcess([host.url])
  const jobId = await stack.submit(workflow)
  await end()
  await until(async () => ((await files()).length > 0 ? true : null), 'half a file')
  worker.kill('SIGKILL')
  await worker.gone
  serving.serve = (response) => void response.end('the whole picture')
  await stack.startWorker([host.url])
  await expectOneBlob(jobId, 1)
  expect(host.calls('POST', '/prompt')).toHaveLength(1)
})

/** What the worker writes last, and what is true then: Redis has it, and the worker never hears so. */
const WRITES: [when: string, last: string, isWritten: (jobId: string) => Promise<boolean>][] = [
  [
    'when its attempt is noted, and nothing is posted',
    '"phase":"preparing"',
    async (jobId: string) => (await stack.store.load(jobId))?.phase === 'preparing',
  ],
  [
    'when it is said to be over and its slot is free, and nothing is fetched',
    '"phase":"collecting"',
    async (jobId: string) => (await stack.store.load(jobId))?.phase === 'collecting',
  ],
  [
    'when the asset is made, and nobody has heard of it',
    '"tags":["output"]',
    async (jobId: string) =>
      (await stack.assets.load(assetIdOf(jobId, { node_id: '2', ...file }))) !== null,
  ],
  [
    'when all is told, and its ticket is not spent',
    '"status":"succeeded"',
    async (jobId: string) => (await stack.store.load(jobId))?.status === 'succeeded',
  ],
]

it.each(WRITES)('%s', async (_, last, isWritten) => {
  const { host, end } = await withEndedPrompt((response) => void response.end('the whole picture'))
  const proxy = await startRedisProxy(inject('redisUrl'))
  try {
    const worker = await stack.startProcess([host.url], { REDIS_URL: proxy.url })
    proxy.muteAt(last)
    const jobId = await stack.submit(workflow)
    const ended = end()
    await until(async () => ((await isWritten(jobId)) ? true : null), 'the write')
    worker.kill('SIGKILL')
    await worker.gone
    await stack.startWorker([host.url])
    await ended
    await expectOneBlob(jobId, 0)
    expect(host.calls('POST', '/prompt')).toHaveLength(1)
    // whatever it held is another's to have
    expect(await stack.backlog.dispatched(hostIdOf(new URL(host.url)))).toEqual([])
  } finally {
    await proxy.close()
  }
})
