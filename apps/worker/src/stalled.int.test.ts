import { afterEach, beforeEach, expect, it } from 'vitest'
import { type DeadHost, startDeadHost } from './testing/dead-host.ts'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

/** What takes a minute in real life; long enough for a busy machine to ask twice. */
const IMPATIENT = {
  session: { socketGraceMs: 50, stopMs: 1_000, pollMs: 50 },
  orphan: { stopMs: 300 },
}

let stack: WorkerStack
let dead: DeadHost

beforeEach(async () => {
  stack = await startWorkerStack()
  dead = await startDeadHost()
})
afterEach(async () => {
  await stack.close()
  await dead.close()
})

it('interrupts a prompt that does not move, tries elsewhere under a new id, and fails as stalled at last', async () => {
  const other = await startDeadHost()
  try {
    await stack.startWorker([dead.url, other.url], {
      env: { STALL_TIMEOUT: '200ms', MAX_ATTEMPTS: '2' },
      timings: IMPATIENT,
    })
    const end = await stack.end(await stack.submit(slow({ color: 1 })))
    expect(end).toMatchObject({
      status: 'failed',
      attempt: 2,
      error: { code: 'stalled' },
      deadLetter: true,
    })
    expect([dead, other].map(({ promptIds }) => promptIds.length)).toEqual([1, 1])
    expect(dead.promptIds).not.toEqual(other.promptIds)
    for (const host of [dead, other]) expect(host.interrupts()).toBeGreaterThan(1)
  } finally {
    await other.close()
  }
})

it('ends a cancel that the host ignores, and lets the host rest', async () => {
  await stack.startWorker([dead.url], { timings: IMPATIENT })
  const jobId = await stack.submit(slow({ color: 1 }))
  await until(() => dead.promptIds[0] ?? null)
  await stack.when(jobId, ({ phase }) => phase === 'submitted' || phase === 'executing')
  await stack.cancel(jobId)
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled', outputs: [] })
  expect(dead.interrupts()).toBeGreaterThan(0)
})
