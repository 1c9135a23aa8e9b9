/**
 * Which of our jobs hosts have, by the records: exact from the moment of their dispatch until their outputs are carried
 * away. What workers report of it comes some 100 ms late, and whoever is told that a drained host has nothing unplugs it.
 */
import type { HostView } from '@safelight/shared'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Backlog } from '../backlog/backlog.ts'
import type { JobsOnHost } from '../backlog/whereabouts.ts'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'
import { readJson } from './host-report.ts'
import type { ReportedHost } from './merge-reports.ts'

export interface JobsThereDeps {
  redis: Redis
  keys: Keys
  backlog: Pick<Backlog, 'onHosts' | 'locate'>
}

/** All hosts as they are reported → with the jobs that they have by the records now, in the same order. */
export type JobsThere = (hosts: readonly ReportedHost[]) => Promise<HostView[]>

export function createJobsThere({ redis, keys, backlog }: JobsThereDeps): JobsThere {
  return async (hosts) => {
    const found = await backlog.onHosts(hosts.map(({ id }) => id))
    const there = hosts.map((host, at) => ({ host, ...(found[at] ?? NOTHING) }))
    const [strays, origins] = await Promise.all([findStrays(there), findOrigins(there)])
    return there.map(({ host, executing }) => ({
      ...host,
      running: [
        ...executing.filter((jobId) => host.running.includes(jobId)),
        ...host.running.filter((jobId) => strays.has(jobId)),
      ],
      staged: [
        ...executing.filter((jobId) => !host.running.includes(jobId)),
        ...host.staged.filter((jobId) => strays.has(jobId)),
      ],
      collecting: [...origins].flatMap(([jobId, hostId]) => (hostId === host.id ? [jobId] : [])),
    }))
  }

  /** Jobs that are reported and in no place: of a version that knows of none, or Redis has lost where they are. */
  async function findStrays(there: readonly HostWithJobs[]): Promise<ReadonlySet<string>> {
    const known = new Set(
      there.flatMap(({ executing, collecting }) => [...executing, ...collecting]),
    )
    const reported = there.flatMap(({ host: { running, staged } }) => [...running, ...staged])
    const unknown = reported.filter((jobId) => !known.has(jobId))
    const where = unknown.length > 0 ? await backlog.locate(unknown) : []
    return new Set(unknown.filter((_, at) => where[at]?.place === 'nowhere'))
  }

  /** Whose outputs lie where: when nobody drove the host any more, those of another carry them away. By jobId. */
  async function findOrigins(there: readonly HostWithJobs[]): Promise<ReadonlyMap<string, string>> {
    const ids = new Set(there.map(({ host }) => host.id))
    const found = there.flatMap(({ host, collecting }) =>
      collecting.map(async (jobId): Promise<[string, string]> => {
        const run = await ask(redis.hget(keys.job(jobId), 'run'))
        const ranOn = readJson(ranOnSchema, run ?? 'null')?.hostId ?? host.id
        return [jobId, ids.has(ranOn) ? ranOn : host.id]
      }),
    )
    return new Map(await Promise.all(found))
  }
}

interface HostWithJobs extends JobsOnHost {
  host: ReportedHost
}

const NOTHING: JobsOnHost = { executing: [], collecting: [] }

/** Of what a worker noted of the last attempt. */
const ranOnSchema = z.object({ hostId: z.string() })
