/** Tickets on the queue of a host find a worker by themselves: how often an idle one looks does not matter. */
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { eachWithHost, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

/** Longer than the test may take. */
const timings = { hostTakeEveryMs: 10 * 60_000 }
/** Some two seconds. */
const lasting = (color: number) => slow({ color, steps: 8, seconds: 5 })

it('those of new jobs', async () => {
  await stack.startWorker([host.url], { timings })
  for (const color of [1, 2, 3]) {
    const jobId = await stack.submit(slow({ color, steps: 1 }))
    expect((await stack.end(jobId)).status).toBe('succeeded')
  }
})

it('those that a worker hands back when it ends, to another that waits already', async () => {
  const env = { DRAIN_TIMEOUT: '50ms' }
  const first = await stack.startWorker([host.url], { env, timings })
  const jobs = [await stack.submit(lasting(1)), await stack.submit(lasting(2))]
  await stack.when(jobs[0] ?? '', ({ phase }) => phase === 'executing')
  await stack.startWorker([host.url], { env, timings })
  await first.close()
  for (const jobId of jobs) expect((await stack.end(jobId)).status).toBe('succeeded')
  expect(host.executions()).toHaveLength(2)
})

it('those of a worker that is gone, when its locks have run out', async () => {
  const worker = await stack.startProcess([host.url], {
    SAFELIGHT_TIMINGS: JSON.stringify({ lockMs: 1_000, lostTicketsEveryMs: 200, ...timings }),
  })
  const jobs = [await stack.submit(lasting(1)), await stack.submit(lasting(2))]
  await stack.when(jobs[0] ?? '', ({ phase }) => phase === 'executing')
  await stack.startWorker([host.url], { timings })
  worker.kill('SIGKILL')
  await worker.gone
  for (const jobId of jobs) expect((await stack.end(jobId)).status).toBe('succeeded')
  expect(host.executions()).toHaveLength(2)
})
