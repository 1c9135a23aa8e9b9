/**
 * Jobs that have a slot of a host, whichever worker gave it: ours are known at once, those of others from looks at the
 * records. What happens here while a look is under way is later than what it finds.
 */
import type { Backlog, JobsOnHost } from '@safelight/store'

export interface TakenSlots {
  on(hostId: string): ReadonlySet<string>
  /** The job has a slot there now. */
  took(hostId: string, jobId: string): void
  /** It has given its slot up, or did not get it. */
  freed(hostId: string, jobId: string): void
  /** @returns what each of them has, by the records */
  look(hostIds: readonly string[]): Promise<JobsOnHost[]>
}

interface Change {
  hostId: string
  jobId: string
  isTaken: boolean
}

export interface TakenSlotsOptions {
  backlog: Pick<Backlog, 'onHosts'>
  onChange: (hostId: string, count: number) => void
}

export function createTakenSlots({ backlog, onChange }: TakenSlotsOptions): TakenSlots {
  const taken = new Map<string, ReadonlySet<string>>()
  /** What has changed since, by look that is under way. */
  const since = new Set<Change[]>()
  const on = (hostId: string): ReadonlySet<string> => taken.get(hostId) ?? new Set<string>()

  function set(hostId: string, jobs: ReadonlySet<string>): void {
    const before = on(hostId).size
    taken.set(hostId, jobs)
    if (before !== jobs.size) onChange(hostId, jobs.size)
  }

  function change(made: Change): void {
    for (const changes of since) changes.push(made)
    set(made.hostId, apply(on(made.hostId), made))
  }

  return {
    on,
    took: (hostId, jobId) => change({ hostId, jobId, isTaken: true }),
    freed: (hostId, jobId) => change({ hostId, jobId, isTaken: false }),
    async look(hostIds) {
      const changes: Change[] = []
      since.add(changes)
      const found = await backlog.onHosts(hostIds).finally(() => since.delete(changes))
      return hostIds.map((hostId, at) => {
        const jobs = found[at] ?? { executing: [], collecting: [] }
        const later = changes.filter((made) => made.hostId === hostId)
        set(hostId, later.reduce(apply, new Set(jobs.executing)))
        return jobs
      })
    },
  }
}

function apply(jobs: ReadonlySet<string>, { jobId, isTaken }: Change): ReadonlySet<string> {
  const others = [...jobs].filter((other) => other !== jobId)
  return new Set(isTaken ? [...others, jobId] : others)
}
