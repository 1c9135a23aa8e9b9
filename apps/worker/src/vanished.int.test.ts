/** A job that Redis has lost while its prompt ran, as in a failover to a replica that was behind. */
import type { Simulator } from '@safelight/simulator'
import { listKeys, openClient } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

it.each([
  ['with its ticket', true],
  ['but for its ticket', false],
])('stops the prompt of a job that is gone, %s', async (_, ticketToo) => {
  await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1s' } })
  const jobId = await stack.submit(slow({ color: 1, steps: 10_000, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  const redis = await openClient('worker')
  const own = (await listKeys(redis, stack.keys.namespace)).filter((name) => name.includes(jobId))
  const tickets = own.filter((name) => name.includes('}:bull:'))
  expect([tickets.length > 0, own.length > tickets.length]).toEqual([true, true])
  await redis.unlink(...own.filter((name) => ticketToo || !tickets.includes(name)))
  await until(() => host.executions()[0]?.outcome === 'interrupted' || null)
  // the host goes on with others, and nothing brings the job back
  const next = await stack.submit(slow({ color: 2, steps: 1 }))
  expect(await stack.end(next)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(await stack.store.load(jobId)).toBeNull()
})
