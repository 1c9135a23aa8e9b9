import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEventBus, createLogger, createScope, openListeners } from '@safelight/runtime'
import type { WorkerEvents } from '@safelight/runtime'
import { expect, it, onTestFinished } from 'vitest'
import { openLedger } from './ledger.ts'

it('writes down what a process says at the moment in which it says it, for whoever outlives it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-told-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const ledger = await openLedger(folder)
  const events = createEventBus<WorkerEvents>({ onError: (error) => expect.fail(String(error)) })
  const log = createLogger({ level: 'silent', name: 'test' })
  const scope = createScope('test')
  const paths = Object.values(ledger.env)
  await openListeners({ app: 'worker', paths, events, scope, log })
  const failed = { jobId: 'j', hostId: 'h', attempt: 1, cause: 'stalled', deadLetter: false }
  events.emit('attempt:failed', { ...failed, retry: 'retry', delayMs: 5 })
  events.emit('redis:failed', { role: 'worker', why: 'away', reply: null })
  events.emit('event:appended', { jobId: 'j', types: ['status'], ms: 3 })
  events.emit('event:appended', { jobId: 'k', types: ['status'], ms: 300 })
  const [life, ...others] = await ledger.read()
  expect(others).toEqual([])
  expect(life?.told).toEqual([
    {
      at: expect.any(Number) as number,
      name: 'attempt:failed',
      jobId: 'j',
      hostId: 'h',
      attempt: 1,
      cause: 'stalled',
      retry: 'retry',
    },
    { at: expect.any(Number) as number, name: 'event:appended', jobId: 'k' },
  ])
  expect(Math.abs((life?.startedAt ?? 0) - (Date.now() / 1_000 - process.uptime()))).toBeLessThan(1)
})
