/** What the hosts of the fleet can run, as far as this process has been told: nodes, files, labels. */
import type { NodeClasses } from '@safelight/comfyui'
import { type Clock, remember } from '@safelight/runtime'
import { type ApiError, type HostState, takesPrompts, type Workflow } from '@safelight/shared'
import {
  type FoundFiles,
  type HostFiles,
  type HostRegistry,
  servesPool,
  toPool,
} from '@safelight/store'
import type { FleetClasses } from './node-class-cache.ts'

export interface KnownHost {
  hostId: string
  /** Null when no worker has reported it lately. */
  state: HostState | null
  labels: readonly string[]
  /** Null when it has not said. */
  classes: NodeClasses | null
  files: FoundFiles | null
}

export interface FleetKnowledge {
  /** Every host known within a day, by id. What files they list may be as old as the node classes are. */
  hosts(): Promise<KnownHost[]>
  /** The same, with the lists as they are on record now. */
  hostsNow(): Promise<KnownHost[]>
}

export interface FleetKnowledgeDeps {
  classes: () => Promise<FleetClasses | null>
  files: Pick<HostFiles, 'load'>
  registry: Pick<HostRegistry, 'list'>
  clock: Clock
  maxAgeMs: number
}

export function createFleetKnowledge(deps: FleetKnowledgeDeps): FleetKnowledge {
  const { classes, files, registry, clock, maxAgeMs } = deps
  async function read(): Promise<KnownHost[]> {
    const [fleet, found, views] = await Promise.all([classes(), files.load(), registry.list()])
    const known = fleet?.hosts ?? new Map<string, NodeClasses>()
    const hostIds = new Set([...known.keys(), ...views.map(({ id }) => id)])
    return [...hostIds].sort().map((hostId) => {
      const view = views.find(({ id }) => id === hostId)
      return {
        hostId,
        state: view?.state ?? null,
        labels: view?.labels ?? [],
        classes: known.get(hostId) ?? null,
        files: found.get(hostId) ?? null,
      }
    })
  }

  const { get, readNow } = remember(read, { clock, maxAgeMs })
  return { hosts: get, hostsNow: readNow }
}

/** @throws what is to be refused for the hosts there are: what is remembered may be older than one that has just come */
export async function refuseForHosts(
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsNow'>,
  refusalOf: (hosts: readonly KnownHost[]) => ApiError | null,
): Promise<void> {
  if (refusalOf(await fleet.hosts()) === null) return
  const refusal = refusalOf(await fleet.hostsNow())
  if (refusal) throw refusal
}

/** Those that may get jobs of the pool. One that nobody reports may have any label. */
export function ofPool(hosts: readonly KnownHost[], pool: string | null): KnownHost[] {
  return hosts.filter((host) => host.state === null || servesPool(host, toPool(pool)))
}

/** Node classes that a host must know to run it. */
export function classNamesOf(workflow: Workflow): string[] {
  return [...new Set(Object.values(workflow).map(({ class_type: name }) => name))]
}

export function knowsAll(names: readonly string[], { classes }: KnownHost): boolean {
  return classes === null || names.every((name) => Object.hasOwn(classes, name))
}

export function takesJobs({ state }: KnownHost): boolean {
  return state !== null && takesPrompts(state)
}
