/** What the fleet has before it: how soon each host is free, and what waits in each pool. Read now and then, for all who ask when something should be over. */
import type { LearnedCosts } from '@safelight/comfyui'
import { type Clock, remember } from '@safelight/runtime'
import { type HostView, takesPrompts } from '@safelight/shared'
import { type Backlog, type HostRegistry, type PoolWork } from '@safelight/store'

export interface FleetWork {
  /** Those that take jobs. */
  hosts: readonly ServingHost[]
  /** Pool → what waits there. */
  waiting: ReadonlyMap<string, PoolWork>
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
  backlog: Pick<Backlog, 'work'>
  hosts: Pick<HostRegistry, 'list'>
  learned: () => Promise<LearnedCosts>
  clock: Clock
  maxAgeMs: number
}

export type ReadFleetWork = () => Promise<FleetWork>

export function createFleetWork(deps: FleetWorkDeps): ReadFleetWork {
  async function read(): Promise<FleetWork> {
    const [views, waiting, learned] = await Promise.all([
      deps.hosts.list(),
      deps.backlog.work(),
      deps.learned(),
    ])
    const serving = views.filter(({ state }) => takesPrompts(state))
    return { hosts: serving.map((view) => toServingHost(view, learned)), waiting }
  }
  return remember(read, deps).get
}

function toServingHost(
  { id, labels, running, staged, idle_at }: HostView,
  learned: LearnedCosts,
): ServingHost {
  return {
    labels,
    idleAt: idle_at === null ? null : Date.parse(idle_at),
    jobs: staged.length + running.length / 2,
    slowness: learned.slownessOf(id),
  }
}
