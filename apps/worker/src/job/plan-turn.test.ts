import type { Snapshot } from '@safelight/shared'
import { expect, it } from 'vitest'
import { planTurn } from './plan-turn.ts'

const base: Snapshot = {
  jobId: 'job-1',
  seq: 0,
  status: 'queued',
  phase: null,
  attempt: 0,
  hostId: null,
  progress: null,
  outputs: [],
  error: null,
  warnings: [],
  times: { queue: null, prepare: null, execute: null, collect: null },
  priority: 0,
  metadata: null,
  limits: { startBy: null, timeoutMs: null, nodeRetries: 0 },
  deadLetter: false,
  replayOf: null,
  createdAt: 1,
  startedAt: null,
  completedAt: null,
  expiresAt: 2,
}
const run = { attempt: 1, hostId: 'gpu-1:8188', promptId: 'p' }
const claim = (snapshot: Partial<Snapshot>, saved: typeof run | null = null) => ({
  fence: 1,
  snapshot: { ...base, ...snapshot },
  run: saved,
})

it('begins the first attempt of a fresh job', () => {
  expect(planTurn(claim({}), 3)).toEqual({
    action: 'run',
    attempt: 1,
    run: null,
    lastHostId: null,
  })
})

it('stays in the same attempt when the worker was lost, to adopt its prompt', () => {
  expect(planTurn(claim({ status: 'running', attempt: 1 }, run), 3)).toMatchObject({
    action: 'run',
    attempt: 1,
    run,
  })
})

it('begins a new attempt when the last one was given up, and remembers where', () => {
  expect(planTurn(claim({ status: 'queued', attempt: 1 }, run), 3)).toEqual({
    action: 'run',
    attempt: 2,
    run: null,
    lastHostId: 'gpu-1:8188',
  })
})

it('does not adopt the prompt of an older attempt', () => {
  // the worker died between "running" and the first word about where
  expect(planTurn(claim({ status: 'running', attempt: 2 }, run), 3)).toMatchObject({
    attempt: 2,
    run: null,
  })
})

it('gives up when every attempt is used', () => {
  expect(planTurn(claim({ status: 'queued', attempt: 3 }), 3)).toEqual({ action: 'exhausted' })
})

it('confirms a cancel that was asked while nobody ran the job', () => {
  expect(planTurn(claim({ status: 'canceling', attempt: 1 }, run), 3)).toEqual({
    action: 'confirm_cancel',
    run,
  })
})

it('does nothing for a job that has ended', () => {
  expect(planTurn(claim({ status: 'canceled' }), 3)).toEqual({ action: 'none' })
})
