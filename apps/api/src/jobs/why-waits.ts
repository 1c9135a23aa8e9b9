/** Why a job waits that no host may run now: a file, a node or a label that nobody has, or only hosts that take no jobs. */
import { lists } from '@safelight/comfyui'
import type { Logger } from '@safelight/runtime'
import { andMore, likeIt, type Snapshot, type Warning } from '@safelight/shared'
import { type Backlog, type JobNeeds, nodeClassesOf } from '@safelight/store'
import {
  type FleetKnowledge,
  type KnownHost,
  knowsAll,
  ofPool,
  takesJobs,
} from './fleet-knowledge.ts'

export interface WhyWaitsDeps {
  backlog: Pick<Backlog, 'needs'>
  fleet: Pick<FleetKnowledge, 'statesLately' | 'hostsLately'>
  log: Logger
}

/** Of each of these jobs, in the same order. */
export type WhyWaits = (snapshots: readonly Snapshot[]) => Promise<Warning[][]>

const MOST_REASONS = 5

export function createWhyWaits({ backlog, fleet, log }: WhyWaitsDeps): WhyWaits {
  return async (snapshots) => {
    const reasons = await orElse(new Map<string, Warning[]>(), findAll(snapshots))
    return snapshots.map(({ jobId }) => reasons.get(jobId) ?? [])
  }

  /** @returns jobId → why it waits, of those that no host may run now */
  async function findAll(snapshots: readonly Snapshot[]): Promise<Map<string, Warning[]>> {
    const queued = snapshots.filter(({ status }) => status === 'queued')
    const before = queued.length > 0 ? await fleet.statesLately() : []
    // nobody can say, and nothing more is read for it
    if (before.length === 0) return new Map()
    const waiting = await Promise.all(
      queued.map(async ({ jobId, pool }) => {
        const needs = await orElse(null, backlog.needs(jobId))
        return needs ? [{ jobId, pool, needs }] : []
      }),
    )
    const stuck = waiting.flat().filter((job) => findReasons(job, before).length > 0)
    if (stuck.length === 0) return new Map()
    // what hosts can run may be remembered from before one that has just come
    const hosts = await fleet.hostsLately()
    return new Map(stuck.map((job) => [job.jobId, toWarnings(findReasons(job, hosts))]))
  }

  /** A job can be shown without them. */
  async function orElse<T>(instead: T, found: Promise<T>): Promise<T> {
    try {
      return await found
    } catch (err) {
      log.debug({ err }, 'not known why a job waits')
      return instead
    }
  }
}

interface WaitingJob extends Pick<Snapshot, 'jobId' | 'pool'> {
  needs: JobNeeds
}

function findReasons({ pool, needs }: WaitingJob, all: readonly KnownHost[]): string[] {
  if (all.length === 0) return []
  const reasons: string[] = []
  /** @param has also one that does not say: it may */
  function demand(what: string, hosts: readonly KnownHost[], has: (host: KnownHost) => boolean) {
    const able = hosts.filter(has)
    if (able.some(takesJobs)) return
    const those = able.map(({ hostId, state }) => `${hostId}: ${state ?? 'unknown'}`)
    reasons.push(
      able.length === 0
        ? `No host has ${what}.`
        : `Only hosts that take no jobs now have ${what} (${those.slice(0, MOST_REASONS).join(', ')}).`,
    )
  }
  if (pool !== null) {
    const labels = all.flatMap((host) => host.labels)
    const like = labels.includes(pool) ? '' : likeIt(pool, labels)
    demand(`the label '${pool}'${like}`, all, (host) => host.labels.includes(pool))
  }
  // one that lacks a label is told for that
  if (reasons.length > 0) return reasons
  const hosts = ofPool(all, pool)
  for (const name of nodeClassesOf(needs)) {
    demand(`a node '${name}'`, hosts, (host) => knowsAll([name], host))
  }
  for (const [className, input, file, isKnown] of needs.listed) {
    demand(`'${file}' listed for ${input} of ${className}`, hosts, ({ files }) => {
      if (!files) return true
      const isListed = lists(files.choices, { className, input, file })
      return isListed ?? !isKnown
    })
  }
  return reasons
}

function toWarnings(reasons: readonly string[]): Warning[] {
  const told = reasons.slice(0, MOST_REASONS)
  const rest = reasons.length - told.length
  return [...told, ...(rest > 0 ? [andMore(rest)] : [])].map((message) => ({
    code: 'no_host',
    message,
    node_id: null,
  }))
}
