/** The one table of failures: which kind is tried again, how often and how soon. Pure. */
import { assertNever } from '@safelight/shared'
import type { FailedAttempt, FailureCause } from '@safelight/store'

export interface RetryLimits {
  /** Tries of a job that fails by itself: stalls, memory, interrupts, trouble of our own. */
  maxAttempts: number
  /** How often it may lose its host: not its fault, but not without end either. */
  maxHostLosses: number
  /** What its submitter allows for nodes that raise. */
  nodeRetries: number
  /** The first wait; each further failure of the group doubles it, up to the second. */
  retryMs: Readonly<Record<FailureCause, number>>
  retryAtMostMs: number
}

export type RetryDecision =
  | { action: 'retry'; delayMs: number }
  /** `deadLetter`: everything the job was allowed is used up, and somebody should look. */
  | { action: 'fail'; deadLetter: boolean }

interface Rule {
  /** Failures that count together against one allowance. */
  group: 'own' | 'host' | 'node' | 'output'
  /** It failed what it ran: for a while the host gets the job only if there is no other. One that is lost rests anyhow. */
  shun: boolean
  /** Prefer the host with the most memory. */
  wantsMemory: boolean
}

const RULES = {
  // a workflow that raises would raise again: only its submitter knows better
  node: { group: 'node', shun: true, wantsMemory: false },
  out_of_memory: { group: 'own', shun: true, wantsMemory: true },
  // the host's, as if it were away; nothing is known of the memory that the job needs
  device_fault: { group: 'host', shun: true, wantsMemory: false },
  host_unavailable: { group: 'host', shun: false, wantsMemory: false },
  stalled: { group: 'own', shun: true, wantsMemory: false },
  // a node may stop itself at every try, and each one costs GPU time: the job's own, not its host's
  interrupted: { group: 'own', shun: true, wantsMemory: false },
  // ours: elsewhere is no better than here
  internal: { group: 'own', shun: false, wantsMemory: false },
  // nobody failed: it has run, and what it made is not to be had but by another run
  output_gone: { group: 'output', shun: false, wantsMemory: false },
  picture_missed: { group: 'output', shun: false, wantsMemory: false },
} satisfies Record<FailureCause, Rule>

/** @param failures of the job so far; the last one is what is decided on */
export function decideRetry(
  failures: readonly FailedAttempt[],
  limits: RetryLimits,
  random: () => number = Math.random,
): RetryDecision {
  const last = failures.at(-1)
  if (!last) return { action: 'retry', delayMs: 0 }
  const { group } = RULES[last.cause]
  const count = failures.filter(({ cause }) => RULES[cause].group === group).length
  const allowed = allowance(group, limits)
  if (count >= allowed) return { action: 'fail', deadLetter: isDeadLetter(group, allowed) }
  const fullMs = Math.min(limits.retryAtMostMs, limits.retryMs[last.cause] * 2 ** (count - 1))
  // half of it by chance: jobs that lost one host together do not come back together
  return { action: 'retry', delayMs: Math.round(fullMs * (0.5 + random() / 2)) }
}

/** What was allowed more than one try, or is nobody's wish. */
function isDeadLetter(group: Rule['group'], allowed: number): boolean {
  return group === 'own' || group === 'host' || (group === 'node' && allowed > 1)
}

/** One fresh run, whatever the reason: a second one in vain would be paid for nothing. */
const OUTPUT_RUNS = 2

/** The failure that ends the job. */
function allowance(group: Rule['group'], limits: RetryLimits): number {
  switch (group) {
    case 'own':
      return limits.maxAttempts
    case 'host':
      return limits.maxHostLosses
    case 'node':
      return limits.nodeRetries + 1
    case 'output':
      return OUTPUT_RUNS
    default:
      return assertNever(group)
  }
}

/**
 * Hosts that failed what they ran of the job, each for a while: rather wait for another than go back there. Longer
 * with every failure there: one that fails all at once must not get the same job again and again while the others
 * are busy. One that was lost has failed nothing, and where it was unknown when, that was long ago.
 */
export function hostsToShun(
  failures: readonly FailedAttempt[],
  { nowMs, avoidForMs }: { nowMs: number; avoidForMs: number },
): ShunnedHost[] {
  const failed = failures.filter(({ cause }) => RULES[cause].shun)
  const hostIds = [...new Set(failed.map(({ hostId }) => hostId))]
  return hostIds
    .map((hostId) => {
      const there = failed.filter((failure) => failure.hostId === hostId)
      const untilMs = (there.at(-1)?.at ?? 0) + avoidForMs * 2 ** (there.length - 1)
      return { hostId, untilMs }
    })
    .filter(({ untilMs }) => nowMs < untilMs)
}

export interface ShunnedHost {
  hostId: string
  /** ms since the epoch */
  untilMs: number
}

export function wantsMemory(failures: readonly FailedAttempt[]): boolean {
  return failures.some(({ cause }) => RULES[cause].wantsMemory)
}
