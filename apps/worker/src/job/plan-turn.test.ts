import type { Snapshot } from '@safelight/shared'
import type { FailedAttempt, Run } from '@safelight/store'
import { newSnapshot } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { planTurn } from './plan-turn.ts'

const base = newSnapshot({ jobId: 'job-1', createdAt: 1, expiresAt: 2 })
const run: Run = {
  attempt: 1,
  hostId: 'gpu-1:8188',
  promptId: 'p',
  hostUrl: null,
  failures: [],
  orphanedAt: null,
}
const claim = (snapshot: Partial<Snapshot>, saved: Run | null = null) => ({
  fence: 1,
  snapshot: { ...base, ...snapshot },
  run: saved,
})
const failed: FailedAttempt = { attempt: 1, hostId: 'gpu-1:8188', cause: 'stalled', left: false }
const NOW = 10_000

it('begins the first attempt of a fresh job', () => {
  expect(planTurn(claim({}), NOW)).toEqual({
    action: 'begin',
    attempt: 1,
    leftover: null,
    failures: [],
  })
})

it('stays in the same attempt when the worker was lost, to adopt its prompt', () => {
  const lost = claim({ status: 'running', attempt: 1 }, run)
  expect(planTurn(lost, NOW)).toEqual({ action: 'adopt', run })
})

it('begins a new attempt when the last one was given up, and remembers why and where', () => {
  const again = claim({ status: 'queued', attempt: 1 }, { ...run, failures: [failed] })
  expect(planTurn(again, NOW)).toEqual({
    action: 'begin',
    attempt: 2,
    leftover: null,
    failures: [failed],
  })
})

it('begins a new attempt when the worker died right after it had noted the failure', () => {
  const died = claim({ status: 'running', attempt: 1 }, { ...run, failures: [failed] })
  expect(planTurn(died, NOW)).toMatchObject({ action: 'begin', attempt: 2 })
})

it('looks for a prompt that nobody saw end before it begins anew', () => {
  const left = { ...run, failures: [{ ...failed, left: true }] }
  expect(planTurn(claim({ attempt: 1 }, left), NOW)).toMatchObject({ attempt: 2, leftover: left })
})

it('does not adopt the prompt of an older attempt', () => {
  // the worker died between "running" and the first word about where
  const saved = { ...run, failures: [failed] }
  expect(planTurn(claim({ status: 'running', attempt: 2 }, saved), NOW)).toMatchObject({
    action: 'begin',
    attempt: 2,
    leftover: null,
  })
})

it('expires a job whose start is overdue, before the first attempt and before any other', () => {
  const limits = { startBy: NOW - 1, timeoutMs: null, nodeRetries: 0 }
  const expired = { action: 'end', ending: { status: 'expired', error: { code: 'expired' } } }
  expect(planTurn(claim({ limits }), NOW)).toMatchObject(expired)
  expect(planTurn(claim({ limits, attempt: 1 }, run), NOW)).toMatchObject(expired)
  expect(planTurn(claim({ limits: { ...limits, startBy: NOW } }), NOW).action).toBe('begin')
})

it('goes on with an attempt that began in time', () => {
  const limits = { startBy: NOW - 1, timeoutMs: null, nodeRetries: 0 }
  const running = claim({ status: 'running', attempt: 1, limits }, run)
  expect(planTurn(running, NOW).action).toBe('adopt')
})

it('fails a job whose time was up between its attempts', () => {
  const limits = { startBy: null, timeoutMs: 100, nodeRetries: 0 }
  const late = claim({ attempt: 1, startedAt: NOW - 101, limits }, run)
  expect(planTurn(late, NOW)).toMatchObject({
    action: 'end',
    ending: { status: 'failed', error: { code: 'timeout' } },
  })
})

it('confirms a cancel that was asked while nobody ran the job', () => {
  expect(planTurn(claim({ status: 'canceling', attempt: 1 }, run), NOW)).toEqual({
    action: 'confirm_cancel',
    run,
  })
})

it('does nothing for a job that has ended', () => {
  expect(planTurn(claim({ status: 'canceled' }), NOW)).toEqual({ action: 'none' })
})
