/** A worker that was frozen, with its container or its whole machine: the time in which it asked nobody is nobody's fault. */
import { systemClock } from '@safelight/runtime'
import type { Simulator } from '@safelight/simulator'
import type { Gate } from '@safelight/testkit'
import { beforeEach, expect, it } from 'vitest'
import { eachWithGate } from './testing/each-with-gate.ts'
import { slow } from './testing/graphs.ts'
import { until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
// a step lasts longer than a look
eachWithGate((opened) => ({ stack, host, gate } = opened), { dialect: '0.33.0', speed: 1 })

let frozenMs = 0
/** As one finds it who was frozen: it has gone on, and no timer has come in between. */
const clock = {
  ...systemClock,
  now: () => systemClock.now() + frozenMs,
  steady: () => systemClock.steady() + frozenMs,
}
beforeEach(() => {
  frozenMs = 0
})

const LONG_MS = 3_600_000
const ran = () => host.executions().map(({ outcome }) => outcome)

it('does not call a job canceled whose host has had no chance to obey, because its worker was frozen', async () => {
  await stack.startWorker([gate.url], { clock })
  const jobId = await stack.submit(slow({ color: 1, steps: 100, seconds: 1 }))
  await stack.when(jobId, ({ progress }) => (progress?.value ?? 0) > 0)
  gate.hold('POST /interrupt')
  await stack.cancel(jobId)
  await until(() => gate.held() > 0 || null)
  frozenMs += LONG_MS
  gate.release()
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  expect(ran()).toEqual(['interrupted'])
})

it('does not take a prompt for stalled that went on while its worker was frozen', async () => {
  await stack.startWorker([gate.url], { clock, timings: { session: { beatMs: 100 } } })
  const jobId = await stack.submit(slow({ color: 1, steps: 4, seconds: 1 }))
  await stack.when(jobId, ({ progress }) => (progress?.value ?? 0) > 0)
  frozenMs += LONG_MS
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(ran()).toEqual(['success'])
})
