/** Why a job waits that no host may run now: a file, a node or a label that nobody has, or only hosts that take no jobs. */
import { lists } from '@safelight/comfyui'
import type { Logger } from '@safelight/runtime'
import { andMore, type Snapshot, type Warning } from '@safelight/shared'
import { type Backlog, nodeClassesOf } from '@safelight/store'
import { type FleetKnowledge, type KnownHost, ofPool, takesJobs } from './fleet-knowledge.ts'

export interface WhyWaitsDeps {
  backlog: Pick<Backlog, 'needs'>
  fleet: Pick<FleetKnowledge, 'hosts'>
  log: Logger
}

export type WhyWaits = (snapshot: Snapshot) => Promise<Warning[]>

const MOST_REASONS = 5

export function createWhyWaits({ backlog, fleet, log }: WhyWaitsDeps): WhyWaits {
  return async (snapshot) => {
    if (snapshot.status !== 'queued') return []
    try {
      return await findReasons(snapshot)
    } catch (err) {
      // a job can be shown without them
      log.debug({ err, jobId: snapshot.jobId }, 'not known why it waits')
      return []
    }
  }

  async function findReasons({ jobId, pool }: Snapshot): Promise<Warning[]> {
    const all = await fleet.hosts()
    if (all.length === 0) return []
    const reasons: string[] = []
    /** @param has null when a host does not say: it may */
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
    if (pool !== null) demand(`the label '${pool}'`, all, ({ labels }) => labels.includes(pool))
    const hosts = ofPool(all, pool)
    const needs = await backlog.needs(jobId)
    // one that lacks a label is told for that
    if (reasons.length === 0) {
      for (const name of nodeClassesOf(needs)) {
        demand(`a node '${name}'`, hosts, (host) =>
          Boolean(host.classes && Object.hasOwn(host.classes, name)),
        )
      }
      for (const [className, input, file, isKnown] of needs.listed) {
        demand(`'${file}' listed for ${input} of ${className}`, hosts, ({ files }) => {
          if (!files) return false
          const isListed = lists(files.choices, { className, input, file })
          return isListed ?? !isKnown
        })
      }
    }
    return toWarnings(reasons)
  }
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
