import { systemClock } from '@safelight/runtime'
import { startSimulator } from '@safelight/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { workerConfigSchema } from './config.ts'
import { slow } from './testing/graphs.ts'
import { QUICK_TIMINGS } from './testing/quick-timings.ts'
import { startWorkerStack } from './testing/stack.ts'
import { toWorkerTimings } from './override-timings.ts'
import { DEFAULT_WORKER_TIMINGS } from './timings.ts'

/** What a user is told: a killed worker is replaced within this. */
const RECOVERY_MS = 15_000

describe.each([
  ['of real life', DEFAULT_WORKER_TIMINGS],
  ['of tests', toWorkerTimings(QUICK_TIMINGS)],
])('the durations %s', (_name, timings) => {
  it('trust no answer that is as old as a lock', () => {
    expect(timings.claimFreshMs).toBeLessThan(timings.lockMs)
  })

  it('replace a killed worker in time', () => {
    const { lockMs, lostTicketsEveryMs, slotRefreshMs, takeEveryMs } = timings
    // what it had in hand is taken by whoever finds it
    expect(lockMs + lostTicketsEveryMs + slotRefreshMs).toBeLessThan(RECOVERY_MS)
    // and what it was about to hand out by whoever looks by himself
    expect(takeEveryMs).toBeLessThan(RECOVERY_MS)
  })
})

it('may be overridden in part, the later over the earlier, and keep their defaults otherwise', () => {
  const timings = toWorkerTimings(
    { lockMs: 1, session: { pollMs: 2, socket: { pingMs: 3 } }, retryMs: { node: 4 } },
    undefined,
    { session: { pollMs: 5 }, store: { secretsMs: 6 } },
  )
  expect(timings).toMatchObject({
    lockMs: 1,
    dispatchLookMs: DEFAULT_WORKER_TIMINGS.dispatchLookMs,
    session: { pollMs: 5, socket: { pingMs: 3, missedPings: 3 } },
    retryMs: { node: 4, stalled: DEFAULT_WORKER_TIMINGS.retryMs.stalled },
    store: { secretsMs: 6 },
  })
})

it('are a setting of the process, refused when it names what there is not', () => {
  const parse = (overrides: object) =>
    workerConfigSchema.shape.SAFELIGHT_TIMINGS.safeParse(JSON.stringify(overrides))
  expect(parse(QUICK_TIMINGS)).toMatchObject({ success: true, data: QUICK_TIMINGS })
  for (const overrides of [{ lockMS: 1 }, { session: { lockMs: 1 } }, { store: { pollMs: 1 } }])
    expect(parse(overrides).success).toBe(false)
})

it('replaces a killed worker within 15 seconds by the durations of real life, and its prompt runs once', async () => {
  const stack = await startWorkerStack({ real: true })
  onTestFinished(() => stack.close())
  const host = await startSimulator({ speed: 20 })
  onTestFinished(() => host.close())
  const worker = await stack.startProcess([host.url])
  const jobId = await stack.submit(slow({ color: 1, steps: 60, seconds: 5 }))
  await stack.when(jobId, ({ progress }) => (progress?.value ?? 0) > 0)
  worker.kill('SIGKILL')
  const killedAt = systemClock.steady()
  await worker.gone
  const known = await stack.store.load(jobId)
  await stack.startWorker([host.url])
  await stack.when(jobId, ({ seq }) => seq > (known?.seq ?? 0))
  expect(systemClock.steady() - killedAt).toBeLessThan(RECOVERY_MS)
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(host.executions()).toHaveLength(1)
})
