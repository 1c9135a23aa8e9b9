import { expect, it } from 'vitest'
import { isPastStart, timeoutAt, toOverdue } from './deadline.ts'
import { newSnapshot } from '@safelight/testkit'

const limits = { startBy: 5_000, timeoutMs: 1_000, nodeRetries: 0 }

it('expires a job that waits in line past its deadline, and not a moment earlier', () => {
  const waiting = newSnapshot({ limits })
  expect(toOverdue(waiting, 5_000)).toBeNull()
  expect(toOverdue(waiting, 5_001)).toMatchObject({
    status: 'expired',
    error: { code: 'expired' },
  })
})

it('does not say of a job that began in time, and waits for another attempt, that it never began', () => {
  const untimed = { ...limits, timeoutMs: null }
  const again = newSnapshot({ limits: untimed, attempt: 1, startedAt: 4_000 })
  expect(toOverdue(again, 9_999)).toBeNull()
  expect(isPastStart(again, 9_999)).toBe(false)
})

it('counts the time limit from the first start, over all attempts', () => {
  expect(timeoutAt(newSnapshot({ limits }))).toBeNull()
  const again = newSnapshot({ limits, attempt: 1, startedAt: 2_000 })
  expect(timeoutAt(again)).toBe(3_000)
  expect(toOverdue(again, 3_000)).toBeNull()
  expect(toOverdue(again, 3_001)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
})

it('leaves a job that runs to its worker', () => {
  for (const status of ['running', 'canceling', 'succeeded'] as const) {
    expect(toOverdue(newSnapshot({ limits, status, startedAt: 1 }), 9_999)).toBeNull()
  }
})
