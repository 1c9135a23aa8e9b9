/** Why a job is not done yet, from what is known of it and of the fleet: for programs and in plain words. Pure. */
import { assertNever, type Snapshot, type WhyDetails, type WhyView } from '@safelight/shared'
import type { FactsHost, Reason, WhyFacts } from './facts.ts'
import { explainRun } from './explain-run.ts'
import { explainWait } from './explain-wait.ts'

const HOSTS_TOLD = 20
const OWNERS_TOLD = 10

export function explain(facts: WhyFacts): WhyView {
  const { snapshot } = facts
  const { code, text, until = null } = reasonOf(facts)
  return { status: snapshot.status, code, text, details: toDetails(facts, until) }
}

function reasonOf(facts: WhyFacts): Reason {
  const { status } = facts.snapshot
  switch (status) {
    case 'queued':
      return explainWait(facts)
    case 'running':
    case 'canceling':
      return explainRun(facts)
    case 'succeeded':
    case 'canceled':
    case 'failed':
    case 'expired':
      return { code: 'ended', text: toEndText(facts.snapshot) }
    default:
      return assertNever(status)
  }
}

function toEndText({ status, error, replayedBy }: Snapshot): string {
  const code = error ? `, ${error.code}` : ''
  const again = replayedBy === null ? '' : `; job ${replayedBy} repeats it`
  return `It waits for nothing: it has ended (${status}${code})${again}.`
}

function toDetails(facts: WhyFacts, until: number | null): WhyDetails {
  const { snapshot, standing, nowMs, since } = facts
  const { progress, phase, pool, owner, limits } = snapshot
  const { ahead } = standing
  const inPool = facts.hosts.filter((host) => host.inPool)
  const hosts = inPool.length > 0 ? inPool : facts.hosts
  return {
    place: standing.where.place,
    phase,
    host_id: hostIdOf(facts),
    pool,
    ahead: standing.position?.ahead ?? null,
    ahead_by_owner: byCount(ahead.byOwner)
      .slice(0, OWNERS_TOLD)
      .map(([name, jobs]) => ({ owner: name, jobs })),
    ahead_counted: ahead.counted,
    begins_in_ms: toWhole(facts.beginsInMs),
    ends_in_ms: toWhole(facts.endsInMs),
    owner: { name: owner, running: standing.ownerRunning, limit: facts.ownerLimit },
    until: toIso(until),
    since: toIso(since),
    start_by: toIso(limits.startBy),
    node:
      snapshot.status === 'running' && phase === 'executing' && progress
        ? {
            id: progress.current_node,
            class: progress.current_node_class,
            elapsed_ms: since === null ? null : Math.max(0, nowMs - since),
            expected_ms: toWhole(facts.nodeMs),
          }
        : null,
    attempts: (standing.attempt?.failures ?? []).map(({ attempt, hostId, cause, at }) => ({
      attempt,
      host_id: hostId,
      cause,
      at: toIso(at ?? null),
    })),
    hosts: hosts.slice(0, HOSTS_TOLD).map(toHostDetails),
    hosts_total: hosts.length,
  }
}

/** Where it is; of one that is nowhere, where it was last. */
function hostIdOf({ snapshot, standing }: WhyFacts): string | null {
  return 'hostId' in standing.where ? standing.where.hostId : snapshot.hostId
}

function toHostDetails({ view, taken, lacks, avoided }: FactsHost): WhyDetails['hosts'][number] {
  const { id, state, reason, since, slots } = view
  return { id, state, reason, since, slots, free_slots: Math.max(0, slots - taken), lacks, avoided }
}

function byCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((one, other) => other[1] - one[1])
}

const toWhole = (ms: number | null) => (ms === null ? null : Math.max(0, Math.round(ms)))
const toIso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
