/** How many hosts the work is for: what a scaler of one pool, or of several that the same hosts serve, goes by. */
import { ANY_POOL_NAME, type PoolScale, takesPrompts } from '@safelight/shared'
import { ANY_POOL, type PoolLoads, type ReportedHost, servesPool } from '@safelight/store'

export interface ScaleFacts {
  loads: PoolLoads
  hosts: readonly ReportedHost[]
  /** Redis' time. */
  nowMs: number
  /** How long a job should wait at most. */
  targetMs: number
}

/** Pools that have work or hosts, by their names. */
export function poolNames({ loads, hosts }: Pick<ScaleFacts, 'loads' | 'hosts'>): string[] {
  const busy = [...loads.waiting.keys(), ...loads.onHosts.map(({ pool }) => pool)]
  const labels = hosts.flatMap((host) => host.labels)
  return [...new Set([ANY_POOL_NAME, ...busy.map(toName), ...labels])].sort()
}

/** @param names pools whose jobs count together, and whose hosts do */
export function toScale(names: readonly string[], facts: ScaleFacts): PoolScale {
  const { loads, nowMs, targetMs } = facts
  const asked = new Set(names)
  const waiting = [...loads.waiting].flatMap(([pool, work]) =>
    asked.has(toName(pool)) ? [work] : [],
  )
  const backlog = sum(waiting.map(({ jobs }) => jobs))
  const here = loads.onHosts.filter(({ pool }) => asked.has(toName(pool)))
  const running = sum(here.map(({ executing, collecting }) => executing + collecting))
  const oldestAt = Math.min(...waiting.map(({ oldestAt: at }) => at ?? nowMs))
  const oldestMs = backlog > 0 ? Math.max(0, nowMs - oldestAt) : 0
  const known = facts.hosts.filter(({ labels }) => names.some((name) => serves(labels, name)))
  const ready = known.filter(({ state }) => takesPrompts(state))
  return {
    backlog,
    oldest_wait_s: Math.round(oldestMs) / 1_000,
    running,
    slots: sum(ready.map(({ slots }) => slots)),
    hosts_ready: ready.length,
    hosts_known: known.length,
    wanted_hosts: wantedHosts({
      jobs: backlog + running,
      isLate: oldestMs > targetMs,
      workMs: sum(waiting.map(({ costMs }) => costMs)) + restMs(here, facts),
      targetMs,
      busy: new Set(here.map(({ hostId }) => hostId)).size,
      ready: ready.length,
      isLabelKnown: known.length > 0 || facts.hosts.length === 0,
    }),
  }
}

interface Demand {
  /** That wait or run. */
  jobs: number
  /** One of them waits longer than it should. */
  isLate: boolean
  /** Expected ms of GPU time of all together. */
  workMs: number
  targetMs: number
  /** Hosts that have some of them. */
  busy: number
  ready: number
  /** Some host has the label, or nobody can say. */
  isLabelKnown: boolean
}

/**
 * As many as do all work within the target, and no fewer than have some. Who has waited for longer shows that the
 * expectation was wrong, or that hosts lack what he needs: then one more than there are. More hosts than jobs are of no use.
 *
 * Of a label that none of the known hosts has, nobody can tell whether it is misspelt, or its hosts have slept for so long that
 * they are forgotten. One host shows that; were it a slip, any more would stand idle for as long as its jobs wait.
 */
function wantedHosts({ isLabelKnown, ...demand }: Demand): number {
  const { jobs, isLate, workMs, targetMs, busy, ready } = demand
  if (!isLabelKnown) return Math.min(jobs, Math.max(1, busy))
  const forWork = Math.ceil(workMs / targetMs)
  const forLate = isLate ? ready + 1 : 0
  return Math.min(jobs, Math.max(1, busy, forWork, forLate))
}

/** What hosts with such jobs have yet to do; whatever nobody can tell is taken for over. */
function restMs(
  here: readonly { hostId: string }[],
  { hosts, nowMs }: Pick<ScaleFacts, 'hosts' | 'nowMs'>,
): number {
  const busy = new Set(here.map(({ hostId }) => hostId))
  const rests = hosts
    .filter(({ id }) => busy.has(id))
    .map(({ idle_at: at }) => (at === null ? 0 : Math.max(0, Date.parse(at) - nowMs)))
  return sum(rests)
}

function serves(labels: readonly string[], name: string): boolean {
  return name === ANY_POOL_NAME || servesPool({ labels }, name)
}

function toName(pool: string): string {
  return pool === ANY_POOL ? ANY_POOL_NAME : pool
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
