/** The slots of this worker's hosts: which take another job, as far as known here; Redis has the last word. */
import { type Clock, type Logger, repeat, type Some, tellSome } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import {
  ANY_POOL,
  type Backlog,
  type JobsOnHost,
  levelOf,
  servesPool,
  toBand,
} from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'
import type { SlotHolders } from '../hosts/slot-holders.ts'
import type { WorkerTimings } from '../timings.ts'
import type { FitHost, SlotBook } from './dispatcher.ts'
import { createLoadedFiles } from './loaded-files.ts'
import { createMissedFiles } from './missed-files.ts'
import type { Offer } from './pick-job.ts'
import type { StagedHost } from './pick-take-backs.ts'
import { isFit, rankHosts, slotsOf } from './rank-hosts.ts'
import { createTakenSlots } from './taken-slots.ts'
import { whenTold } from './when-told.ts'

export interface SlotBookOptions {
  fleet: Fleet
  holders: Pick<SlotHolders, 'find'>
  backlog: Pick<Backlog, 'onHosts' | 'needs'>
  timings: Pick<WorkerTimings, 'slotRefreshMs' | 'filesWaitedMs'>
  clock: Clock
  log: Logger
}

export interface OpenedSlotBook extends SlotBook {
  /** Hosts that take jobs, with what is staged there by this worker; none when nothing is. */
  staged(): StagedHost[]
  /** Hosts that take jobs and have nothing to do, the best first. */
  idle(): FitHost[]
  /** Told what each host has, by the records, now and then. */
  onSeen(listener: (hostId: string, jobs: JobsOnHost) => void): void
  holds(): Some<HeldSlots>
  /** Slots that jobs have there, whichever worker dispatched them. */
  taken: (hostId: string) => number
  close(): Promise<void>
}

/** Of one host, whichever worker gave them out. */
export interface HeldSlots {
  hostId: string
  slots: number
  taken: Some<string>
  /** Redis said that it is otherwise: it gets no job until it has been looked at. */
  isOutdated: boolean
  /** Model files of the job dispatched there last. */
  loaded: number
}

export function openSlotBook(options: SlotBookOptions): OpenedSlotBook {
  const { fleet, holders, backlog, timings, clock, log } = options
  const taken = createTakenSlots({
    backlog,
    onChange(hostId, count) {
      fleet.find(hostId)?.setTakenSlots(count)
      changed()
    },
  })
  /** Redis says that others have taken some meanwhile, or given them back; until it is known how many. */
  const outdated = new Set<string>()
  let seesOutdated = false
  const waiting = new Set<() => void>()
  const waitingForIdle = new Set<() => void>()
  const seen = new Set<(hostId: string, jobs: JobsOnHost) => void>()
  const missed = createMissedFiles({ fleet, timings, clock })
  const names = new WeakMap<object, ReadonlySet<string>>() // hosts that are alike share it
  const loaded = createLoadedFiles({ backlog })

  function namesOf(classes: object): ReadonlySet<string> {
    const known = names.get(classes) ?? new Set(Object.keys(classes))
    names.set(classes, known)
    return known
  }

  function changed(): void {
    for (const look of waiting) look()
  }

  async function refresh(hosts: readonly Host[]): Promise<void> {
    const found = await taken.look(hosts.map(({ hostId }) => hostId))
    for (const [at, { hostId }] of hosts.entries()) {
      const jobs = found[at] ?? { executing: [], collecting: [] }
      for (const tell of seen) tell(hostId, jobs)
      await loaded.see(hostId, jobs.executing.at(-1))
    }
  }

  /** Together, and one look at a time: where several workers share many hosts, many are found full at once. */
  async function seeOutdated(): Promise<void> {
    if (seesOutdated) return
    seesOutdated = true
    while (outdated.size > 0) {
      const looked = [...outdated]
      await refresh(fleet.hosts.filter(({ hostId }) => looked.includes(hostId))).catch(
        (error: unknown) => log.debug({ err: error, hosts: looked.length }, 'slots not seen'),
      )
      for (const hostId of looked) outdated.delete(hostId)
      changed()
    }
    seesOutdated = false
  }

  const loop = repeat({
    everyMs: timings.slotRefreshMs,
    run: () => refresh([...fleet.hosts]),
    onError: (error) => log[levelOf(error)]({ err: error }, 'slots could not be looked at'),
    clock,
  })
  fleet.onChange(changed)

  function isOpen(host: Host, pool: string): boolean {
    return isFit(host) && hasFreeSlot(host) && servesPool(host.listing, pool)
  }

  function hasFreeSlot(host: Host): boolean {
    return !outdated.has(host.hostId) && taken.on(host.hostId).size < slotsOf(host)
  }

  function toStagedHost(host: Host): StagedHost {
    const { running, staged } = host.jobs()
    const ours = new Set([...running, ...staged])
    // nobody here can tell of what another worker has there
    const knowsAll = [...taken.on(host.hostId)].every((jobId) => ours.has(jobId))
    const held = staged.flatMap((jobId) => holders.find(jobId) ?? [])
    return Object.assign(toOffer(host), {
      hasFreeSlot: hasFreeSlot(host),
      staged: held.map(({ priority, ...job }) => ({
        ...job,
        band: toBand(priority),
        aheadMs: knowsAll ? host.aheadMs(job.jobId) : null,
      })),
    })
  }

  function* toFitHosts(hosts: readonly Host[]): Generator<FitHost> {
    for (const { host, ...rank } of rankHosts(hosts, (hostId) => taken.on(hostId))) {
      const slots = { slots: slotsOf(host), hasFreeSlot: hasFreeSlot(host) }
      yield Object.assign(toOffer(host), rank, slots)
    }
  }

  /** Read when it is asked for: of many hosts the first mostly gets the job. */
  function toOffer(host: Host): Offer & { pools: readonly string[] } {
    const { hostId, listing, state } = host
    const others = () => fleet.hosts.filter(({ condition }) => takesPrompts(condition.state))
    return {
      hostId,
      pools: [ANY_POOL, ...listing.labels],
      classes: namesOf(state.nodeClasses),
      files: state.files.choices,
      loaded: loaded.on(host),
      get elsewhere() {
        return others()
          .filter((other) => other !== host)
          .map((other) => loaded.on(other))
      },
      get hasMostMemory() {
        return others().every((other) => other.state.memory <= state.memory)
      },
    }
  }

  return {
    fit: (pool) =>
      toFitHosts(fleet.hosts.filter((host) => isFit(host) && servesPool(host.listing, pool))),
    idle: () =>
      [...toFitHosts(fleet.hosts.filter(isFit))].filter(
        ({ trouble, load, hasFreeSlot }) => trouble === 0 && load === 0 && hasFreeSlot,
      ),
    isOpen: (pool) => fleet.hosts.some((host) => isOpen(host, pool)),
    whenIdle: (signal) => whenTold(waitingForIdle, () => true, signal),
    async whenOpen(pool, signal) {
      const some = () => fleet.hosts.some((host) => isOpen(host, pool))
      if (some()) return
      await whenTold(waiting, some, signal)
    },
    missed: (candidates) => missed.note(candidates),
    took(hostId, jobId, files) {
      taken.took(hostId, jobId)
      loaded.set(hostId, jobId, files)
    },
    outdated(hostId) {
      outdated.add(hostId)
      void seeOutdated()
    },
    // who resumes it is heard of by the next look
    drained: (hostId, drain) => fleet.find(hostId)?.applyShared({ drain, stuck: null }),
    onSeen: (listener) => void seen.add(listener),
    holds: () =>
      tellSome(fleet.hosts, (host) => ({
        hostId: host.hostId,
        slots: slotsOf(host),
        taken: tellSome(taken.on(host.hostId), String),
        isOutdated: outdated.has(host.hostId),
        loaded: loaded.on(host).size,
      })),
    staged() {
      const fit = fleet.hosts.filter(isFit)
      return fit.some((host) => host.jobs().staged.length > 0) ? fit.map(toStagedHost) : []
    },
    freed(hostId, jobId) {
      taken.freed(hostId, jobId)
      if (taken.on(hostId).size === 0) for (const wake of waitingForIdle) wake()
    },
    refused: (hostId, jobId) => taken.freed(hostId, jobId),
    taken: (hostId) => taken.on(hostId).size,
    close: () => loop.close(),
  }
}
