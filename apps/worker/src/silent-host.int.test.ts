/** A host that says nothing for a while, as one that was stopped for a moment: what was begun there is not given up for that. */
import type { Simulator } from '@safelight/simulator'
import type { Gate } from '@safelight/testkit'
import { beforeEach, expect, it } from 'vitest'
import { eachWithGate } from './testing/each-with-gate.ts'
import { slow } from './testing/graphs.ts'
import { until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
let jobId: string
eachWithGate((opened) => ({ stack, host, gate } = opened))
beforeEach(async () => {
  const worker = await stack.startWorker([gate.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  jobId = await stack.submit(slow({ color: 1, steps: 500, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await worker.close()
})

const ran = () => host.executions().map(({ outcome }) => outcome)
/** More often than in one try to stop an orphan. */
const ASKED_IN_VAIN = 12

it('confirms the cancel of a job whose worker is gone when its host says so, and not before', async () => {
  await stack.cancel(jobId)
  gate.hold('GET /queue')
  await stack.startWorker([gate.url], {
    env: { ADOPT_WAIT: '60s' },
    timings: { unknownHostMs: 100 },
  })
  await until(() => gate.held() >= ASKED_IN_VAIN || null)
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'canceling' })
  expect(ran()).toEqual(['running'])
  gate.release()
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  expect(ran()).toEqual(['interrupted'])
})

it('ends it all the same when its host stays silent for longer than its jobs are to wait', async () => {
  await stack.cancel(jobId)
  gate.hold('GET /queue')
  await stack.startWorker([gate.url], {
    env: { ADOPT_WAIT: '1s' },
    timings: { unknownHostMs: 100 },
  })
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  expect(ran()).toEqual(['running'])
  // and stops it when it hears of the host again
  gate.release()
  await until(() => ran().includes('interrupted') || null)
})

it('asks its host to stop it for as long as any host may take, though nobody holds the job', async () => {
  await stack.cancel(jobId)
  // in the middle of a step: a node is only stopped between two of them
  host.faults.set({ lostInterrupts: Number.MAX_SAFE_INTEGER })
  await stack.startWorker([gate.url], {
    env: { STOP_TIMEOUT: '60s' },
    timings: { orphan: { firstLookMs: 300, unreachableMs: 1_000, stopMs: 100 } },
  })
  const asked = () => gate.requests.filter((request) => request === 'POST /interrupt').length
  await until(() => asked() >= ASKED_IN_VAIN || null)
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'canceling' })
  expect(ran()).toEqual(['running'])
  host.faults.set({ lostInterrupts: 0 })
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  expect(ran()).toEqual(['interrupted'])
})
