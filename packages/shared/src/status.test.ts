import { expect, it } from 'vitest'
import { canMove, isRunning, isTerminal, JOB_STATUSES } from './status.ts'

const statuses = JOB_STATUSES

it('has four ends, and no way out of them', () => {
  const ends = statuses.filter(isTerminal)
  expect(ends.toSorted()).toEqual(['canceled', 'expired', 'failed', 'succeeded'])
  for (const end of ends) {
    expect(statuses.filter((status) => canMove(end, status))).toEqual([])
  }
})

it('reaches an end from everywhere', () => {
  for (const status of statuses) {
    expect(isTerminal(status) || statuses.some((to) => isTerminal(to) && canMove(status, to))).toBe(
      true,
    )
  }
})

it('lets a job that is not over stay where it is', () => {
  expect(canMove('running', 'running')).toBe(true)
  expect(canMove('queued', 'queued')).toBe(true)
})

it('never takes a cancel request back', () => {
  expect(canMove('canceling', 'running')).toBe(false)
  expect(canMove('canceling', 'queued')).toBe(false)
})

it('succeeds only what has run', () => {
  expect(canMove('queued', 'succeeded')).toBe(false)
})

it('calls running what a host may be at work on', () => {
  expect(JOB_STATUSES.filter(isRunning)).toEqual(['running', 'canceling'])
})
