/** What the workers that run have on record of the listed hosts: one that answers may get no jobs all the same. */
import { type Finding, ok, warn } from '@safelight/doctor'
import { type HostReasonCode, toLine } from '@safelight/shared'
import { createHostRegistry, createKeys, type ReportedHost } from '@safelight/store'
import type { Redis } from 'ioredis'

const ADVICE: Partial<Record<HostReasonCode, string>> = {
  executor_stuck: 'restart its ComfyUI: it takes no jobs until it has; those it had go elsewhere',
  device_fault:
    'look for CUDA errors in its log and for the device with nvidia-smi; restart its ComfyUI, or its machine',
  socket_deaf: 'see that whatever stands between lets WebSockets through, and keeps them open',
  partly_reachable: 'see which of its workers cannot reach it: their logs say so',
}

export interface HostStatesOptions {
  namespace: string
  /** Of the list that the worker is to drive. */
  hostIds: readonly string[]
}

/** Nothing is found where no worker has reported yet. */
export async function lookAtHostStates(
  redis: Redis,
  { namespace, hostIds }: HostStatesOptions,
): Promise<Finding[]> {
  const registry = createHostRegistry({ redis, keys: createKeys(namespace) })
  const hosts = (await registry.list()).filter(({ id }) => hostIds.includes(id))
  const findings = hosts.flatMap(judgeState)
  if (findings.length > 0 || hosts.length === 0) return findings
  return [ok('host states', 'none of the list is drained, quarantined or degraded')]
}

export function judgeState({ id, state, reason, drain }: ReportedHost): Finding[] {
  const check = `host ${id}`
  const isWrong = state === 'quarantined' || state === 'degraded'
  const findings: (Finding | false | null)[] = [
    isWrong &&
      warn(check, {
        found: `is ${state}: ${reason.code}`,
        advice: ADVICE[reason.code] ?? 'see `safelight hosts` and docs/runbook.md',
      }),
    drain &&
      warn(check, {
        found: `is drained since ${drain.since}${drain.reason === null ? '' : `: ${toLine(drain.reason)}`}`,
        advice: `it gets no jobs until \`safelight resume ${id}\`, whatever restarts`,
      }),
  ]
  return findings.filter((finding) => finding !== false && finding !== null)
}
