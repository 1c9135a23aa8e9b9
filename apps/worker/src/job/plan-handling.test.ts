import type { Snapshot } from '@safelight/shared'
import type { FailedAttempt, AttemptRecord } from '@safelight/store'
import { newSnapshot } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { planHandling } from './plan-handling.ts'

const base = newSnapshot({ jobId: 'job-1', createdAt: 1, expiresAt: 2 })
const noted: AttemptRecord = {
  attempt: 1,
  hostId: 'gpu-1:8188',
  promptId: 'p',
  hostUrl: null,
  failures: [],
  unreachableSince: null,
}
const claim = (snapshot: Partial<Snapshot>, saved: AttemptRecord | null = null) => ({
  token: 1,
  snapshot: { ...base, ...snapshot },
  lastAttempt: saved,
  lost: { count: 0, justNow: false },
})
const failed: FailedAttempt = {
  attempt: 1,
  hostId: 'gpu-1:8188',
  cause: 'stalled',
  orphaned: false,
}
const NOW = 10_000

it('begins the first attempt of a fresh job', () => {
  expect(planHandling(claim({}), NOW)).toEqual({
    action: 'begin',
    attempt: 1,
    orphan: null,
    failures: [],
    takenBack: 0,
  })
})

it('stays in the same attempt when the worker was lost, to adopt its prompt', () => {
  const lost = claim({ status: 'running', attempt: 1 }, noted)
  expect(planHandling(lost, NOW)).toEqual({ action: 'adopt', lastAttempt: noted })
})

it('begins a new attempt when the last one was given up, and remembers why and where', () => {
  const again = claim({ status: 'queued', attempt: 1 }, { ...noted, failures: [failed] })
  expect(planHandling(again, NOW)).toEqual({
    action: 'begin',
    attempt: 2,
    orphan: null,
    failures: [failed],
    takenBack: 0,
  })
})

it('begins a new attempt when the worker died right after it had noted the failure', () => {
  const died = claim({ status: 'running', attempt: 1 }, { ...noted, failures: [failed] })
  expect(planHandling(died, NOW)).toMatchObject({ action: 'begin', attempt: 2 })
})

it('looks for a prompt that nobody saw end before it begins anew', () => {
  const orphan = { ...noted, failures: [{ ...failed, orphaned: true }] }
  expect(planHandling(claim({ attempt: 1 }, orphan), NOW)).toMatchObject({ attempt: 2, orphan })
})

it('begins the same attempt again when the job was taken back before it was one', () => {
  const takenBack = { ...noted, takenBack: 2 }
  const again = { action: 'begin', attempt: 1, takenBack: 2 }
  expect(planHandling(claim({ status: 'queued', attempt: 0 }, takenBack), NOW)).toMatchObject(again)
  const second = { ...takenBack, attempt: 2, failures: [{ ...failed, orphaned: true }] }
  expect(planHandling(claim({ status: 'queued', attempt: 1 }, second), NOW)).toMatchObject({
    ...again,
    attempt: 2,
    orphan: null,
  })
})

it('adopts a prompt where it is after its job was taken back, not where it was before', () => {
  const takenBack = { ...noted, takenBack: 1 }
  const running = { status: 'running', attempt: 1 } as const
  const there = claim({ ...running, hostId: 'gpu-1:8188' }, takenBack)
  expect(planHandling(there, NOW)).toEqual({ action: 'adopt', lastAttempt: takenBack })
  // begun elsewhere, by a worker that died before it could say so
  const elsewhere = claim({ ...running, hostId: 'gpu-2:8188' }, takenBack)
  expect(planHandling(elsewhere, NOW)).toMatchObject({ action: 'begin', attempt: 1, takenBack: 1 })
})

it('does not adopt the prompt of an older attempt', () => {
  // the worker died between "running" and the first word about where
  const saved = { ...noted, failures: [failed] }
  expect(planHandling(claim({ status: 'running', attempt: 2 }, saved), NOW)).toMatchObject({
    action: 'begin',
    attempt: 2,
    orphan: null,
  })
})

it('expires a job whose start is overdue, but not one that began in time and lost its attempt', () => {
  const limits = { startBy: NOW - 1, timeoutMs: null, nodeRetries: 0 }
  const expired = { action: 'end', jobEnd: { status: 'expired', error: { code: 'expired' } } }
  expect(planHandling(claim({ limits }), NOW)).toMatchObject(expired)
  // taken back before it had begun
  expect(planHandling(claim({ limits, attempt: 1 }, noted), NOW)).toMatchObject(expired)
  const again = claim({ limits, attempt: 1, startedAt: NOW - 2 }, noted)
  expect(planHandling(again, NOW)).toMatchObject({ action: 'begin', attempt: 2 })
  expect(planHandling(claim({ limits: { ...limits, startBy: NOW } }), NOW).action).toBe('begin')
})

it('goes on with an attempt that began in time', () => {
  const limits = { startBy: NOW - 1, timeoutMs: null, nodeRetries: 0 }
  const running = claim({ status: 'running', attempt: 1, limits }, noted)
  expect(planHandling(running, NOW).action).toBe('adopt')
})

it('fails a job whose time was up between its attempts', () => {
  const limits = { startBy: null, timeoutMs: 100, nodeRetries: 0 }
  const late = claim({ attempt: 1, startedAt: NOW - 101, limits }, noted)
  expect(planHandling(late, NOW)).toMatchObject({
    action: 'end',
    jobEnd: { status: 'failed', error: { code: 'timeout' } },
  })
})

it('confirms a cancel that was asked while nobody ran the job', () => {
  expect(planHandling(claim({ status: 'canceling', attempt: 1 }, noted), NOW)).toEqual({
    action: 'confirm_cancel',
    lastAttempt: noted,
  })
})

it('does nothing for a job that has ended', () => {
  expect(planHandling(claim({ status: 'canceled' }), NOW)).toEqual({ action: 'none' })
})

it('ends a job that has cost three workers their lives, before it is looked at any further', () => {
  const after = (count: number, justNow = false) => ({
    ...claim({ status: 'running', attempt: 1 }, noted),
    lost: { count, justNow },
  })
  expect(planHandling(after(2), NOW).action).toBe('adopt')
  expect(planHandling(after(3), NOW)).toEqual({ action: 'end_lost', lastAttempt: noted })
  // whoever was only cut off has a moment to say so
  expect(planHandling(after(3, true), NOW)).toEqual({ action: 'wait' })
  const canceling = { ...after(3), snapshot: { ...base, status: 'canceling' as const } }
  expect(planHandling(canceling, NOW).action).toBe('end_lost')
})
