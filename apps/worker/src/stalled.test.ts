import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { type DeadHost, startDeadHost } from './testing/dead-host.ts'
import { slow } from './testing/graphs.ts'
import { type Stack, startStack, until } from './testing/stack.ts'

/** What takes a minute in real life. */
const IMPATIENT = { socketGraceMs: 50, stopMs: 300, interruptEveryMs: 50, pollMs: 50 }

let stack: Stack
let dead: DeadHost

beforeEach(async () => {
  stack = await startStack(inject('redisUrl'))
  dead = await startDeadHost()
})
afterEach(async () => {
  await stack.close()
  await dead.close()
})

it('interrupts a prompt that does not move, tries again under a new id, and fails as stalled at last', async () => {
  await stack.startWorker([dead.url], {
    env: { STALL_TIMEOUT: '200ms', MAX_ATTEMPTS: '2' },
    timings: IMPATIENT,
  })
  const end = await stack.end(await stack.submit(slow({ color: 1 })))
  expect(end).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'stalled' } })
  expect(new Set(dead.promptIds).size).toBe(2)
  expect(dead.interrupts()).toBeGreaterThan(1)
})

it('ends a cancel that the host ignores, and lets the host rest', async () => {
  await stack.startWorker([dead.url], { timings: IMPATIENT })
  const jobId = await stack.submit(slow({ color: 1 }))
  await until(() => dead.promptIds[0] ?? null)
  await stack.when(jobId, ({ phase }) => phase === 'submitted')
  await stack.cancel(jobId)
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled', outputs: [] })
  expect(dead.interrupts()).toBeGreaterThan(0)
})
