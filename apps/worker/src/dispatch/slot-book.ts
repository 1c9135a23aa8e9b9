/** The slots of this worker's hosts: which take another job, as far as known here; Redis has the last word. */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import { ANY_POOL, type Backlog, type JobsOnHost, servesPool, toBand } from '@safelight/store'
import { isOnTrial } from '../hosts/condition.ts'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'
import type { SlotHolders } from '../hosts/slot-holders.ts'
import type { WorkerTimings } from '../timings.ts'
import type { OpenHost, SlotBook } from './dispatcher.ts'
import { createMissedFiles } from './missed-files.ts'
import type { StagedHost } from './pick-take-backs.ts'

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
  /** Told what each host has, by the records, now and then. */
  onSeen(listener: (hostId: string, jobs: JobsOnHost) => void): void
  close(): Promise<void>
}

export function openSlotBook(options: SlotBookOptions): OpenedSlotBook {
  const { fleet, holders, backlog, timings, clock, log } = options
  /** Jobs by hostId, whichever worker dispatched them. */
  const taken = new Map<string, Set<string>>()
  /** Model files of the job dispatched there last: a host runs its jobs in the order of their dispatch. */
  const loaded = new Map<string, ReadonlySet<string>>()
  /** That job, by hostId, whichever worker dispatched it. */
  const newest = new Map<string, string>()
  /** Redis says that others have taken all there is; until it is known how many. */
  const full = new Set<string>()
  const waiting = new Set<() => void>()
  const seen = new Set<(hostId: string, jobs: JobsOnHost) => void>()
  const missed = createMissedFiles({ fleet, timings, clock })
  /** Hosts that are alike share what they know. */
  const names = new WeakMap<object, ReadonlySet<string>>()
  const takenOn = (hostId: string) => taken.get(hostId) ?? new Set<string>()
  const loadedOn = ({ hostId, state }: Host) => loaded.get(hostId) ?? new Set(state.models)

  function namesOf(classes: object): ReadonlySet<string> {
    const known = names.get(classes) ?? new Set(Object.keys(classes))
    names.set(classes, known)
    return known
  }

  function changed(): void {
    for (const look of waiting) look()
  }

  function setTaken(host: Host, jobs: Set<string>): void {
    const before = takenOn(host.hostId).size
    taken.set(host.hostId, jobs)
    if (before === jobs.size) return
    host.setTakenSlots(jobs.size)
    changed()
  }

  async function refresh(): Promise<void> {
    const hosts = [...fleet.hosts]
    const found = await backlog.onHosts(hosts.map(({ hostId }) => hostId))
    for (const [at, host] of hosts.entries()) {
      const jobs = found[at] ?? { executing: [], collecting: [] }
      setTaken(host, new Set(jobs.executing))
      for (const tell of seen) tell(host.hostId, jobs)
      await seeNewest(host.hostId, jobs.executing.at(-1))
    }
  }

  async function seeNewest(hostId: string, jobId: string | undefined): Promise<void> {
    const known = newest.get(hostId)
    if (jobId === undefined || jobId === known) return
    const { files } = await backlog.needs(jobId)
    // we have dispatched one ourselves meanwhile
    if (newest.get(hostId) !== known) return
    setLoaded(hostId, jobId, files)
  }

  function setLoaded(hostId: string, jobId: string, files: readonly string[]): void {
    newest.set(hostId, jobId)
    // one that names no model leaves in place what is there
    if (files.length > 0) loaded.set(hostId, new Set(files))
  }

  const loop = repeat({
    everyMs: timings.slotRefreshMs,
    run: refresh,
    onError: (error) => log.warn({ err: error }, 'slots could not be looked at'),
    clock,
  })
  fleet.onChange(changed)

  function isOpen(host: Host, pool: string): boolean {
    return isFit(host) && hasFreeSlot(host) && servesPool(host.listing, pool)
  }

  function hasFreeSlot(host: Host): boolean {
    return !full.has(host.hostId) && takenOn(host.hostId).size < slotsOf(host)
  }

  function toStagedHost(host: Host): StagedHost {
    const staged = host.jobs().staged.flatMap((jobId) => holders.find(jobId) ?? [])
    return Object.assign(toOpenHost(host), {
      hasFreeSlot: hasFreeSlot(host),
      staged: staged.map(({ priority, ...job }) => ({ ...job, band: toBand(priority) })),
    })
  }

  /** Read when it is asked for: of many hosts the first mostly gets the job. */
  function toOpenHost(host: Host): OpenHost {
    const { hostId, listing, state } = host
    const others = () => fleet.hosts.filter(({ condition }) => takesPrompts(condition.state))
    return {
      hostId,
      slots: slotsOf(host),
      pools: [ANY_POOL, ...listing.labels],
      classes: namesOf(state.nodeClasses),
      files: state.files.choices,
      loaded: loadedOn(host),
      get elsewhere() {
        return others()
          .filter((other) => other !== host)
          .map(loadedOn)
      },
      get hasMostMemory() {
        return others().every((other) => other.state.memory <= state.memory)
      },
    }
  }

  return {
    *open(pool) {
      const ranked = fleet.hosts
        .filter((host) => isOpen(host, pool))
        .map((host) => ({ host, rank: rank(host) }))
        .sort((one, other) => one.rank - other.rank)
      for (const { host } of ranked) yield toOpenHost(host)
    },
    isOpen: (pool) => fleet.hosts.some((host) => isOpen(host, pool)),
    async whenOpen(pool, signal) {
      const some = () => fleet.hosts.some((host) => isOpen(host, pool))
      if (some()) return
      await new Promise<void>((resolve, reject) => {
        const done = () => {
          waiting.delete(look)
          signal.removeEventListener('abort', onAbort)
        }
        const onAbort = () => {
          done()
          reject(signal.reason)
        }
        const look = () => {
          if (!some()) return
          done()
          resolve()
        }
        signal.throwIfAborted()
        signal.addEventListener('abort', onAbort, { once: true })
        waiting.add(look)
      })
    },
    missed: (candidates) => missed.note(candidates),
    took(hostId, jobId, files) {
      const host = fleet.find(hostId)
      if (host) setTaken(host, new Set([...takenOn(hostId), jobId]))
      setLoaded(hostId, jobId, files)
    },
    full(hostId) {
      full.add(hostId)
      void refresh()
        .catch((error: unknown) => log.debug({ err: error, hostId }, 'slots not seen'))
        .finally(() => {
          full.delete(hostId)
          changed()
        })
    },
    onSeen(listener) {
      seen.add(listener)
    },
    staged() {
      const fit = fleet.hosts.filter(isFit)
      return fit.some((host) => host.jobs().staged.length > 0) ? fit.map(toStagedHost) : []
    },
    freed(hostId, jobId) {
      const host = fleet.find(hostId)
      if (host) setTaken(host, new Set([...takenOn(hostId)].filter((id) => id !== jobId)))
    },
    close: () => loop.close(),
  }

  /**
   * An idle host before the second slot of another; a degraded one after every slot on the others, and one on trial
   * when nothing better is free.
   */
  function rank({ hostId, condition }: Host): number {
    const worse = isOnTrial(condition) ? 2_000 : condition.state === 'degraded' ? 1_000 : 0
    const busy = condition.state === 'ready' ? 0 : 1
    return worse + 2 * takenOn(hostId).size + busy
  }
}

/** New jobs may be given to it. */
function isFit({ condition, listing }: Host): boolean {
  return !listing.leaving && (takesPrompts(condition.state) || isOnTrial(condition))
}

/** One job at a time shows whether a device works again. */
function slotsOf({ condition, listing }: Host): number {
  return isOnTrial(condition) ? 1 : listing.slots
}
