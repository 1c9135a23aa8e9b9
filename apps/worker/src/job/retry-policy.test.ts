import type { FailedAttempt, FailureCause } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKER_TIMINGS } from '../timings.ts'
import { decideRetry, hostsToShun, type RetryLimits, wantsMemory } from './retry-policy.ts'

const limits: RetryLimits = {
  maxAttempts: 3,
  maxHostLosses: 5,
  nodeRetries: 0,
  ...DEFAULT_WORKER_TIMINGS,
}
const failed = (...causes: FailureCause[]): FailedAttempt[] =>
  causes.map((cause, at) => ({ attempt: at + 1, hostId: `gpu-${at + 1}`, cause, orphaned: false }))
const times = (count: number, cause: FailureCause) => failed(...Array(count).fill(cause))
const judge = (failures: FailedAttempt[], over: Partial<RetryLimits> = {}) =>
  decideRetry(failures, { ...limits, ...over }, () => 1)

it.each(['out_of_memory', 'stalled', 'interrupted', 'internal'] as const)(
  'tries %s again until the attempts are used up, then it is a dead letter',
  (cause) => {
    expect(judge(times(2, cause)).action).toBe('retry')
    expect(judge(times(3, cause))).toEqual({ action: 'fail', deadLetter: true })
  },
)

it('counts the job’s own failures together, whatever their kind', () => {
  expect(judge(failed('stalled', 'out_of_memory', 'internal')).action).toBe('fail')
})

it('does not count a lost host against the job’s own attempts, but not without end either', () => {
  expect(judge(failed('host_unavailable', 'host_unavailable', 'stalled')).action).toBe('retry')
  expect(judge(times(4, 'host_unavailable')).action).toBe('retry')
  expect(judge(times(5, 'host_unavailable'))).toEqual({ action: 'fail', deadLetter: true })
})

it('never tries a node again that raised, unless asked to', () => {
  expect(judge(failed('node'))).toEqual({ action: 'fail', deadLetter: false })
  expect(judge(failed('node'), { nodeRetries: 2 }).action).toBe('retry')
  expect(judge(times(3, 'node'), { nodeRetries: 2 })).toEqual({ action: 'fail', deadLetter: true })
})

it('waits twice as long each time, at least half of it for certain, and not for ever', () => {
  const delays = [1, 2, 3, 40].map((count) => {
    const failures = times(count, 'host_unavailable')
    const wide = { ...limits, maxHostLosses: 100 }
    return [0, 1].map((chance) => decideRetry(failures, wide, () => chance))
  })
  expect(delays).toEqual(
    [500, 1_000, 2_000, 30_000].map((fullMs) => [
      { action: 'retry', delayMs: fullMs / 2 },
      { action: 'retry', delayMs: fullMs },
    ]),
  )
})

it('does not count a broken device against the job’s own attempts', () => {
  expect(judge(failed('device_fault', 'device_fault', 'out_of_memory')).action).toBe('retry')
  expect(judge(times(5, 'device_fault'))).toEqual({ action: 'fail', deadLetter: true })
  expect(wantsMemory(failed('device_fault'))).toBe(false)
})

const shunned = (...facts: Parameters<typeof hostsToShun>) =>
  hostsToShun(...facts).map(({ hostId }) => hostId)

describe('hosts to shun', () => {
  const now = { nowMs: 10_000, avoidForMs: 1_000 }
  const at = (hostId: string, cause: FailureCause, ms?: number): FailedAttempt => ({
    attempt: 1,
    hostId,
    cause,
    orphaned: false,
    ...(ms === undefined ? {} : { at: ms }),
  })

  it('are those that failed what they ran, for a while', () => {
    const causes = ['node', 'out_of_memory', 'device_fault', 'stalled', 'interrupted'] as const
    for (const cause of causes) {
      expect(shunned([at('a', cause, 9_500)], now)).toEqual(['a'])
      expect(shunned([at('a', cause, 9_000)], now)).toEqual([])
    }
    const both = [at('a', 'node', 8_900), at('b', 'node', 9_100)]
    expect(shunned(both, now)).toEqual(['b'])
    // noted by an older version
    expect(shunned([at('a', 'node')], now)).toEqual([])
    expect(shunned([], now)).toEqual([])
  })

  it('are none that were lost, and none that our own trouble met', () => {
    for (const cause of ['host_unavailable', 'internal'] as const)
      expect(shunned([at('a', cause, 9_999)], now)).toEqual([])
    // nor is one shunned longer because it was lost as well
    const both = [at('a', 'node', 8_500), at('a', 'host_unavailable', 9_900)]
    expect(shunned(both, now)).toEqual([])
  })

  it('are shunned longer the more often they failed the job', () => {
    const twice = [at('a', 'device_fault', 5_000), at('a', 'device_fault', 8_100)]
    expect(shunned(twice, now)).toEqual(['a'])
    expect(shunned(twice, { ...now, nowMs: 10_100 })).toEqual([])
    expect(shunned([...twice, at('a', 'node', 10_200)], { ...now, nowMs: 14_100 })).toEqual(['a'])
  })
})

it('wants memory once the job ran out of it', () => {
  expect(wantsMemory(failed('stalled', 'host_unavailable'))).toBe(false)
  expect(wantsMemory(failed('out_of_memory', 'host_unavailable'))).toBe(true)
})

it('runs a job whose output is not to be had once more, whatever the reason, and is done then', () => {
  for (const cause of ['output_gone', 'picture_missed'] as const) {
    expect(judge(failed(cause)).action).toBe('retry')
    const twice = failed('picture_missed', 'host_unavailable', cause)
    expect(judge(twice)).toEqual({ action: 'fail', deadLetter: false })
    expect(hostsToShun(failed(cause), { nowMs: 1, avoidForMs: 1_000 })).toEqual([])
  }
})
