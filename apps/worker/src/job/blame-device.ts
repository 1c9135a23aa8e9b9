/** Whose fault it is that a device failed a job: the job's, which may ask for too much, or the host's, where everything fails. */
import type { FailedAttempt, FailureCause } from '@safelight/store'
import { isSuspect } from '../hosts/condition.ts'
import type { Host } from '../hosts/host.ts'
import type { JobDecision } from './decide-job.ts'

export interface TriedThere {
  host: Pick<Host, 'hostId' | 'condition' | 'deviceFailed'>
  jobId: string
  /** Of the attempts before. */
  failures: readonly FailedAttempt[]
}

/** Notes it against the host. @returns the decision, with the host's fault for its cause where it is that */
export function blameDevice(
  decision: JobDecision,
  { host, jobId, failures }: TriedThere,
): JobDecision {
  if (decision.action !== 'give_up' || !isOfDevice(decision.cause)) return decision
  const suspect = isSuspect(host.condition, jobId)
  // what fails on one host after the other says little of any of them
  const failedElsewhere = failures.some(({ hostId, cause }) => {
    return hostId !== host.hostId && isOfDevice(cause)
  })
  if (suspect || !failedElsewhere) host.deviceFailed(jobId, decision.cause === 'device_fault')
  return suspect ? { ...decision, cause: 'device_fault' } : decision
}

export function isOfDevice(cause: FailureCause): boolean {
  return cause === 'out_of_memory' || cause === 'device_fault'
}
