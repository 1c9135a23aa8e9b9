/** What the fleet has before it: how soon each host is free, and what waits in each pool. Read now and then, for all who ask when something should be over. */
import type { LearnedCosts } from '@safelight/comfyui'
import { type Clock, remember } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import { type Backlog, type HostRegistry, type PoolWork, type ReportedHost } from '@safelight/store'

export interface FleetWork {
  /** Those that take jobs. */
  hosts: readonly ServingHost[]
  /** Pool → what waits there. */
  waiting: ReadonlyMap<string, Pick<PoolWork, 'jobs' | 'ms'>>
  /** Pool → what it had given to hosts. */
  given: ReadonlyMap<string, Given>
  /** ms that a job takes on an average host, by those that have ended within the hour; null: none has. */
  endedMs: number | null
}

export interface Given {
  /** Jobs that had a slot. */
  jobs: number
  /** Those of them that no worker had reported yet, and their expected ms. */
  unseen: number
  unseenMs: number
}

export interface ServingHost {
  labels: readonly string[]
  /** When it is done with what it has (ms since the epoch, in the past: it is idle); null: nobody can tell. */
  idleAt: number | null
  /** How many jobs it has; of one that runs a half is over. */
  jobs: number
  /** How many times as long as an average host it takes. */
  slowness: number
}

export interface FleetWorkDeps {
  backlog: Pick<Backlog, 'work' | 'costs'>
  hosts: Pick<HostRegistry, 'list'>
  learned: () => Promise<LearnedCosts>
  clock: Clock
  maxAgeMs: number
}

export interface ReadFleetWork {
  /** As of a while ago. */
  (): Promise<FleetWork>
  /** As of a moment ago: hosts have been given more since. */
  lately: () => Promise<FleetWork>
}

/** However much is given out meanwhile: a fleet of hundreds takes milliseconds to read. */
const MOMENT_MS = 200

export function createFleetWork(deps: FleetWorkDeps): ReadFleetWork {
  async function readGiven({ given }: PoolWork, there: ReadonlySet<string>): Promise<Given> {
    const unseen = given.filter((jobId) => !there.has(jobId))
    const costs = await deps.backlog.costs(unseen)
    const unseenMs = costs.reduce((sum, ms) => sum + ms, 0)
    return { jobs: given.length, unseen: unseen.length, unseenMs }
  }

  async function read(): Promise<FleetWork> {
    const [views, waiting, learned] = await Promise.all([
      deps.hosts.list(),
      deps.backlog.work(),
      deps.learned(),
    ])
    const serving = views.filter(({ state }) => takesPrompts(state))
    const there = new Set(views.flatMap(({ running, staged }) => [...running, ...staged]))
    const given = [...waiting].map(
      async ([pool, work]) => [pool, await readGiven(work, there)] as const,
    )
    return {
      hosts: serving.map((view) => toServingHost(view, learned)),
      waiting,
      given: new Map(await Promise.all(given)),
      endedMs: meanOfEnded(views, learned),
    }
  }
  const { get } = remember(read, deps)
  return Object.assign(() => get(), { lately: () => get(MOMENT_MS) })
}

function meanOfEnded(views: readonly ReportedHost[], learned: LearnedCosts): number | null {
  let [jobs, ms] = [0, 0]
  for (const { id, throughput } of views) {
    if (throughput.mean_ms === null) continue
    jobs += throughput.last_hour
    ms += (throughput.last_hour * throughput.mean_ms) / learned.slownessOf(id)
  }
  return jobs > 0 ? ms / jobs : null
}

function toServingHost(
  { id, labels, running, staged, idle_at }: ReportedHost,
  learned: LearnedCosts,
): ServingHost {
  return {
    labels,
    idleAt: idle_at === null ? null : Date.parse(idle_at),
    jobs: staged.length + running.length / 2,
    slowness: learned.slownessOf(id),
  }
}

const NOTHING: Given = { jobs: 0, unseen: 0, unseenMs: 0 }

export function givenBy({ given }: Pick<FleetWork, 'given'>, pool: string): Given {
  return given.get(pool) ?? NOTHING
}
