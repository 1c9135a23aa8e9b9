/** What the hosts of the fleet can run, as far as this process has been told: nodes, files, labels. */
import type { NodeClasses } from '@safelight/comfyui'
import { type Clock, remember, type Remembered } from '@safelight/runtime'
import { type ApiError, type HostState, takesPrompts, type Workflow } from '@safelight/shared'
import {
  type FoundFiles,
  type HostFiles,
  type ReportedHost,
  servesPool,
  toPool,
} from '@safelight/store'
import type { FleetClasses, RememberedClasses } from './node-class-cache.ts'

export interface KnownHost {
  hostId: string
  /** Null when no worker has reported it lately. */
  state: HostState | null
  labels: readonly string[]
  /** Null when it has not said. */
  classes: NodeClasses | null
  files: FoundFiles | null
}

/** Each tells of every host known within a day, by id. What was not read meanwhile is the same list. */
export interface FleetKnowledge {
  /** All of it as of a while ago. */
  hosts(): Promise<readonly KnownHost[]>
  /** How they are, and their labels, as of a moment ago; what they can run, as of a while ago. */
  statesLately(): Promise<readonly KnownHost[]>
  /**
   * All of it as of a moment ago: who has just come, and been told, is in it.
   * @param filesAgeMs how old their files may be, for who has had hosts asked for them
   */
  hostsLately(filesAgeMs?: number): Promise<readonly KnownHost[]>
}

export interface FleetKnowledgeDeps {
  classes: RememberedClasses
  files: Pick<HostFiles, 'load'>
  views: Remembered<readonly ReportedHost[]>
  clock: Pick<Clock, 'steady'>
  /** How long ago a while is. */
  maxAgeMs: number
  /** How long ago a moment is: all who ask within it share what was read. */
  latelyMs: number
}

export function createFleetKnowledge(deps: FleetKnowledgeDeps): FleetKnowledge {
  const { classes, views, clock, maxAgeMs, latelyMs } = deps
  const files = remember(() => deps.files.load(), { clock, maxAgeMs })
  let last: { read: Read; hosts: readonly KnownHost[] } | null = null

  async function joined(...reading: ReadingOf<Read>): Promise<readonly KnownHost[]> {
    const read = await Promise.all(reading)
    if (!last?.read.every((known, at) => known === read[at])) last = { read, hosts: join(read) }
    return last.hosts
  }

  return {
    hosts: () => joined(classes.get(), files.get(), views.get()),
    statesLately: () => joined(classes.get(), files.get(), views.get(latelyMs)),
    hostsLately: (filesAgeMs = latelyMs) =>
      joined(classes.get(latelyMs), files.get(filesAgeMs), views.get(latelyMs)),
  }
}

/** Classes, files, and how they are. */
type Read = [FleetClasses | null, ReadonlyMap<string, FoundFiles>, readonly ReportedHost[]]
type ReadingOf<T extends unknown[]> = { [At in keyof T]: Promise<T[At]> }

function join([fleet, files, listed]: Read): KnownHost[] {
  const classes = fleet?.hosts ?? new Map<string, NodeClasses>()
  const views = new Map(listed.map((view) => [view.id, view]))
  return [...new Set([...classes.keys(), ...views.keys()])].sort().map((hostId) => ({
    hostId,
    state: views.get(hostId)?.state ?? null,
    labels: views.get(hostId)?.labels ?? [],
    classes: classes.get(hostId) ?? null,
    files: files.get(hostId) ?? null,
  }))
}

/** @throws what is to be refused for the hosts there are: what is remembered may be older than one that has just come */
export async function refuseForHosts(
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsLately'>,
  refusalOf: (hosts: readonly KnownHost[]) => ApiError | null,
): Promise<void> {
  const before = await fleet.hosts()
  const first = refusalOf(before)
  if (first === null) return
  const hosts = await fleet.hostsLately()
  const refusal = hosts === before ? first : refusalOf(hosts)
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
