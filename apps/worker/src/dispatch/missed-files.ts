/** Jobs that name files which no host lists: somebody may be copying one, so hosts are asked for them soon. */
import type { Clock } from '@safelight/runtime'
import { type Candidate, type JobNeeds, nodeClassesOf, servesPool } from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'
import type { WorkerTimings } from '../timings.ts'
import { unlistedFor } from './pick-job.ts'

export interface MissedFilesOptions {
  fleet: Pick<Fleet, 'hosts'>
  timings: Pick<WorkerTimings, 'filesWaitedMs'>
  clock: Clock
}

export function createMissedFiles({ fleet, timings, clock }: MissedFilesOptions): {
  note(candidates: readonly Candidate[]): void
} {
  /** When hosts were asked for the files that they list for a class. */
  const lookedAt = new Map<string, number>()

  function lookForFiles(hosts: readonly Host[], needs: JobNeeds): void {
    const now = clock.steady()
    for (const [name, at] of lookedAt) {
      if (now - at >= timings.filesWaitedMs) lookedAt.delete(name)
    }
    const asked = new Set<string>()
    for (const host of hosts) {
      const unlisted = unlistedFor(needs, host.state.files.choices)
      const classes = unlisted.filter((name) => !lookedAt.has(name))
      host.lookForFiles(classes)
      for (const name of classes) asked.add(name)
    }
    for (const name of asked) lookedAt.set(name, now)
  }

  return {
    note(candidates) {
      for (const { needs, pool } of candidates) {
        if (needs.listed.length === 0) continue
        const hosts = fleet.hosts.filter(({ listing }) => servesPool(listing, pool))
        if (!hosts.some((host) => isAble(host, needs))) lookForFiles(hosts, needs)
      }
    },
  }
}

/** It could run the job, as far as it says what it has. */
function isAble({ state }: Host, needs: JobNeeds): boolean {
  const { reachable, nodeClasses, files } = state
  if (!reachable || unlistedFor(needs, files.choices).length > 0) return false
  return nodeClassesOf(needs).every((name) => Object.hasOwn(nodeClasses, name))
}
