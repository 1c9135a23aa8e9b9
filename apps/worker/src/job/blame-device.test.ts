import { expect, it } from 'vitest'
import type { FailedAttempt, FailureCause } from '@safelight/store'
import { observe, startCondition } from '../hosts/condition.ts'
import { blameDevice } from './blame-device.ts'
import type { GiveUp } from './decide-job.ts'

const error = { code: 'out_of_memory', message: 'no room' } as const
const givenUp = (cause: FailureCause): GiveUp => {
  return { action: 'give_up', cause, orphaned: false, error }
}
const failedOn = (hostId: string, cause: FailureCause): FailedAttempt => {
  return { attempt: 1, hostId, cause, orphaned: false }
}

/** A host on which the devices failed these jobs. */
function hostThatFailed(...jobIds: string[]) {
  const noted: [string, boolean][] = []
  const condition = jobIds.reduce(
    (before, jobId) => observe(before, { type: 'device_failed', jobId }, { atMs: 1, deafForMs: 1 }),
    startCondition(0),
  )
  const deviceFailed = (jobId: string, certain: boolean) => void noted.push([jobId, certain])
  return { noted, host: { hostId: 'gpu-1', condition, deviceFailed } }
}

it('takes the first job that has no room at its word: it may ask for too much', () => {
  const { host, noted } = hostThatFailed()
  const decision = blameDevice(givenUp('out_of_memory'), { host, jobId: 'j', failures: [] })
  expect(decision).toEqual(givenUp('out_of_memory'))
  expect(noted).toEqual([['j', false]])
})

it('blames the host for the second job, and spares the job', () => {
  const { host, noted } = hostThatFailed('other')
  const decision = blameDevice(givenUp('out_of_memory'), { host, jobId: 'j', failures: [] })
  expect(decision).toEqual(givenUp('device_fault'))
  expect(noted).toEqual([['j', false]])
})

it('does not take one job twice for two', () => {
  const { host } = hostThatFailed('j')
  const failures = [failedOn('gpu-1', 'out_of_memory')]
  const decision = blameDevice(givenUp('out_of_memory'), { host, jobId: 'j', failures })
  expect(decision).toEqual(givenUp('out_of_memory'))
})

it('is certain when the device says so itself', () => {
  const { host, noted } = hostThatFailed()
  blameDevice(givenUp('device_fault'), { host, jobId: 'j', failures: [] })
  expect(noted).toEqual([['j', true]])
})

it('holds nothing against a host where a job fails as it did elsewhere', () => {
  const { host, noted } = hostThatFailed()
  const failures = [failedOn('gpu-2', 'out_of_memory')]
  blameDevice(givenUp('out_of_memory'), { host, jobId: 'j', failures })
  expect(noted).toEqual([])
})

it.each(['node', 'stalled', 'host_unavailable', 'internal'] as const)(
  'leaves a failure for another cause alone: %s',
  (cause) => {
    const { host, noted } = hostThatFailed('other')
    const decision = givenUp(cause)
    expect(blameDevice(decision, { host, jobId: 'j', failures: [] })).toBe(decision)
    expect(noted).toEqual([])
  },
)
