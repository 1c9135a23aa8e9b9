/** One prompt's history that nobody can read, or that comes late, is that job's trouble: its host stays as it was, and nothing runs twice. */
import { type TestHost, withHost } from '@safelight/comfyui/testing'
import { openClient } from '@safelight/testkit/vitest'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { whenState } from './testing/host-view.ts'
import { startWorkerStack, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
beforeEach(async () => {
  stack = await startWorkerStack()
})
afterEach(() => stack.close())

const ANSWERS = [
  [200, '<html>'],
  [200, '{"%id": 7}'],
  [200, '{"%id": {"status": "fine"}}'],
  [200, '{"%id": {"outputs": {}, "status": null}}'],
  [500, 'Object of type Tensor is not JSON serializable'],
] as const

/** Of the prompt that runs now, once it has ended. */
function garble(host: TestHost, promptId: string, [status, text]: readonly [number, string]): void {
  host.intercept = ({ path }, response) => {
    if (path === '/view') {
      response.end('a picture')
      return true
    }
    if (path !== `/history/${promptId}` || host.running.length > 0) return false
    response.writeHead(status).end(text.replace('%id', promptId))
    return true
  }
}

const OUTPUT = { images: [{ filename: 'a_00001_.png', subfolder: '', type: 'output' }] }

it.each(ANSWERS)('ends with what was heard of it: %i %s', async (...answer) => {
  const host = await withHost()
  await stack.startWorker([host.url], { timings: { session: { settleMs: 150 } } })
  const jobId = await stack.submit(slow({ color: 1 }))
  await until(() => host.pending.length > 0)
  const { promptId, clientId } = host.start()
  garble(host, promptId, answer)
  host.send(clientId, 'executed', {
    node: '3',
    display_node: '3',
    output: OUTPUT,
    prompt_id: promptId,
  })
  host.finish()
  expect(await stack.end(jobId)).toMatchObject({
    status: 'succeeded',
    attempt: 1,
    outputs: [{ node_id: '3', name: 'a_00001_.png' }],
  })
  await expectSound(host)
})

it.each(ANSWERS)('fails once and says why when nothing was heard: %i %s', async (...answer) => {
  const host = await withHost()
  host.sends = false
  await stack.startWorker([host.url], { timings: { session: { settleMs: 150 } } })
  const jobId = await stack.submit(slow({ color: 1 }))
  await until(() => host.pending.length > 0)
  const { promptId } = host.start()
  garble(host, promptId, answer)
  host.finish()
  expect(await stack.end(jobId)).toMatchObject({
    status: 'failed',
    attempt: 1,
    error: { code: 'output_missing' },
    deadLetter: false,
  })
  await expectSound(host)
})

async function expectSound(host: TestHost): Promise<void> {
  await whenState(stack, host.url, 'ready')
  expect(host.calls('POST', '/prompt')).toHaveLength(1)
}

it('never runs again what was heard to succeed, also when its worker is lost before history shows it', async () => {
  const host = await withHost()
  await stack.startWorker([host.url], { timings: { session: { settleMs: 1_000 } } })
  const jobId = await stack.submit(slow({ color: 1 }))
  await until(() => host.pending.length > 0)
  const { promptId, clientId } = host.start()
  const heard = async () => (await stack.store.load(jobId))?.phase === 'executing'
  await until(heard)
  host.running = []
  host.send(clientId, 'execution_success', { prompt_id: promptId })
  const redis = await openClient('worker')
  const noted = async () => (await redis.hget(stack.keys.job(jobId), 'run')) ?? ''
  await until(async () => (await noted()).includes('"heardSuccess":true'))
  // the claim is another's now, and then that of whoever takes the ticket again
  await stack.store.claim(jobId)
  expect(await stack.end(jobId)).toMatchObject({
    status: 'failed',
    attempt: 1,
    error: { code: 'output_missing' },
  })
  await expectSound(host)
})
