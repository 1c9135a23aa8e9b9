/** What a host had still, and did not make again: also when its file is gone. */
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { eachWithHost, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened), { speed: 50 })

/** The file is deleted on the host, whose cache lists it still. */
const withoutFirstFile = () => host.faults.set({ unservedFile: 'slow_00001_', unservedStatus: 404 })

it('says which outputs the host did not make for this job', async () => {
  await stack.startWorker([host.url])
  const first = await stack.end(await stack.submit(slow({ color: 1 })))
  expect(first.outputs[0]).not.toHaveProperty('reused')
  const second = await stack.end(await stack.submit(slow({ color: 1 })))
  expect(second.outputs).toMatchObject([{ name: 'slow_00001_.png', reused: true }])
})

it('takes an output from its own store when the host has its file no longer', async () => {
  await stack.startWorker([host.url])
  const first = await stack.end(await stack.submit(slow({ color: 2 })))
  withoutFirstFile()
  const second = await stack.end(await stack.submit(slow({ color: 2 })))
  expect(second).toMatchObject({
    status: 'succeeded',
    attempt: 1,
    outputs: [{ hash: first.outputs[0]?.hash, reused: true, name: 'slow_00001_.png' }],
  })
  expect(second.outputs[0]?.id).not.toBe(first.outputs[0]?.id)
  expect(await stack.assets.load(second.outputs[0]?.id ?? '')).toMatchObject({
    job_id: second.jobId,
    size_bytes: first.outputs[0]?.size_bytes,
  })
})

it('runs a job once more, past the cache of the host, when the output is nowhere', async () => {
  await stack.startWorker([host.url])
  // by somebody else: nothing of it is here
  await fetch(`${host.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt: slow({ color: 3 }) }),
  })
  await expect.poll(() => host.executions()[0]?.outcome, { timeout: 5_000 }).toBe('success')
  withoutFirstFile()
  const end = await stack.end(await stack.submit(slow({ color: 3 })))
  expect(end).toMatchObject({
    status: 'succeeded',
    attempt: 2,
    outputs: [{ name: 'slow_00002_.png' }],
  })
  expect(end.outputs[0]).not.toHaveProperty('reused')
})

it('fails when the fresh run is in vain, and does not go on so', async () => {
  await stack.startWorker([host.url], { timings: { fetchRetryMs: [20] } })
  await fetch(`${host.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt: slow({ color: 4 }) }),
  })
  await expect.poll(() => host.executions()[0]?.outcome, { timeout: 5_000 }).toBe('success')
  // whatever it is called
  host.faults.set({ unservedFile: 'slow', unservedStatus: 404 })
  const end = await stack.end(await stack.submit(slow({ color: 4 })))
  expect(end).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'output_missing' } })
})
