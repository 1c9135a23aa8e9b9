import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

/** As the button on the host's own page does it: whatever runs there. */
async function interruptFromElsewhere(execution: number): Promise<void> {
  await until(() => (host.executions().length === execution ? true : null))
  await until(async () => {
    await fetch(`${host.url}/interrupt`, { method: 'POST' })
    return host.executions()[execution - 1]?.outcome === 'interrupted' ? true : null
  })
}

it('tries a job again that somebody interrupted on its host: that is no cancel', async () => {
  await stack.startWorker([host.url])
  host.faults.set({ held: true })
  const jobId = await stack.submit(slow({ color: 1 }))
  await interruptFromElsewhere(1)
  host.faults.set({ held: false })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 2, error: null })
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted', 'success'])
})

it('calls what its first attempt made its own, though the host does not make it again', async () => {
  await stack.startWorker([host.url])
  const workflow = {
    '8': {
      class_type: 'EmptyImage',
      inputs: { width: 32, height: 32, batch_size: 1, color: 8 },
    },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'early' } },
    ...slow({ color: 1, steps: 100, seconds: 1 }),
  }
  const jobId = await stack.submit(workflow)
  await stack.when(jobId, ({ nodes }) => nodes['9'] === 'done' && nodes['2'] === 'running')
  host.faults.set({ held: true })
  await interruptFromElsewhere(1)
  host.faults.set({ held: false })
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'succeeded', attempt: 2, nodes: { '9': 'cached' } })
  expect(end.outputs.map(({ node_id, reused = false }) => ({ node_id, reused }))).toEqual([
    { node_id: '3', reused: false },
    { node_id: '9', reused: false },
  ])
  const again = await stack.end(await stack.submit(workflow))
  expect(again.outputs.map(({ reused }) => reused)).toEqual([true, true])
})

it('fails as interrupted, a dead letter, when that happens at every attempt', async () => {
  await stack.startWorker([host.url], { env: { MAX_ATTEMPTS: '2' } })
  const jobId = await stack.submit(slow({ color: 1, steps: 400, seconds: 1 }))
  await interruptFromElsewhere(1)
  await interruptFromElsewhere(2)
  expect(await stack.end(jobId)).toMatchObject({
    status: 'failed',
    attempt: 2,
    deadLetter: true,
    error: { code: 'interrupted' },
  })
})

it('is canceled when its cancel is asked as well, whoever was faster', async () => {
  await stack.startWorker([host.url], { env: { MAX_ATTEMPTS: '1' } })
  const jobId = await stack.submit(slow({ color: 1, steps: 400, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await stack.cancel(jobId, { silent: true })
  await interruptFromElsewhere(1)
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled', error: null })
})
