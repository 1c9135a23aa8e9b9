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
