/** The hosts of this worker and the slots on them: a slot is a place in a host's queue, shared with other workers. */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import type { SlotStore } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import { isOnTrial } from './condition.ts'
import type { Host } from './host.ts'
import { toTries, type Wishes } from './pick-host.ts'

/** A job's slot on a host, from before its prompt is submitted until its execution ends. */
export interface Slot {
  readonly host: Host
  /** The slot is free again. Safe to call again, also after `handOver`. */
  release(): Promise<void>
  /** The prompt stays on the host: whoever adopts it takes over the slot, or it runs out. */
  handOver(): void
}

export interface Fleet {
  /** As they are now, those that leave as well. */
  readonly hosts: readonly Host[]
  find(hostId: string): Host | null
  /** On the hosts that take new prompts, if only one to try, as far as known: other workers take slots there, too. */
  freeSlots(): number
  /** Null when no host that the job may have has a free slot. */
  takeSlot(jobId: string, wishes: Wishes): Promise<Slot | null>
  /** Called when `freeSlots` may have changed, here or elsewhere. */
  onChange(listener: () => void): void
  /** One of the hosts has changed. */
  changed(): void
  close(): Promise<void>
}

export interface FleetOptions {
  hosts: () => readonly Host[]
  slots: SlotStore
  timings: Pick<WorkerTimings, 'slotLeaseMs' | 'slotRenewMs' | 'slotRefreshMs'>
  clock: Clock
  log: Logger
}

/** An adopted prompt is on the host already, whatever the count says. */
const NO_LIMIT = 1_000_000

export function createFleet(options: FleetOptions): Fleet {
  const { hosts, slots, timings, clock, log } = options
  const ttlMs = timings.slotLeaseMs
  /** Whichever worker took them. */
  const taken = new WeakMap<Host, number>()
  const ours = new Set<{ hostId: string; jobId: string }>()
  const listeners = new Set<() => void>()
  const takenOn = (host: Host) => taken.get(host) ?? 0
  const freeOn = (host: Host) => {
    const slotsThere = isOnTrial(host.condition) ? 1 : host.listing.slots
    return Math.max(0, slotsThere - takenOn(host))
  }
  const isOpen = ({ condition, listing }: Host) =>
    !listing.leaving && (takesPrompts(condition.state) || isOnTrial(condition))
  /** One that leaves only gets what it has already. */
  const isThere = (host: Host, { prefer }: Wishes) =>
    hosts().includes(host) && (!host.listing.leaving || host.hostId === prefer)

  function changed(): void {
    for (const listener of listeners) listener()
  }

  function setTaken(host: Host, count: number): void {
    if (takenOn(host) === count) return
    taken.set(host, count)
    host.setTakenSlots(count)
    changed()
  }

  async function refresh(): Promise<void> {
    for (const host of hosts()) setTaken(host, await slots.taken(host.hostId))
  }

  async function renew(): Promise<void> {
    for (const { hostId, jobId } of ours) {
      const kept = await slots.renew(hostId, { jobId, ttlMs })
      // after an outage somebody may have taken it as well: the prompt is on the host all the same
      if (!kept) await slots.acquire(hostId, { jobId, max: NO_LIMIT, ttlMs })
    }
  }

  const onError = (error: unknown) => log.warn({ err: error }, 'slots could not be looked after')
  const loops = [
    repeat({ everyMs: timings.slotRefreshMs, run: refresh, onError, clock }),
    repeat({ everyMs: timings.slotRenewMs, run: renew, onError, clock }),
  ]

  function toSlot(host: Host, jobId: string): Slot {
    const { hostId } = host
    const slot = { hostId, jobId }
    ours.add(slot)
    setTaken(host, takenOn(host) + 1)
    return {
      host,
      async release() {
        if (!ours.delete(slot)) return
        await slots.release(hostId, jobId)
        setTaken(host, Math.max(0, takenOn(host) - 1))
      },
      handOver() {
        ours.delete(slot)
      },
    }
  }

  return {
    get hosts() {
      return hosts()
    },
    find: (hostId) => hosts().find((host) => host.hostId === hostId) ?? null,
    freeSlots: () => hosts().reduce((sum, host) => sum + (isOpen(host) ? freeOn(host) : 0), 0),
    async takeSlot(jobId, wishes) {
      const there = hosts().filter((host) => isThere(host, wishes))
      const candidates = there.map((host) => ({
        hostId: host.hostId,
        state: host.condition.state,
        slots: host.listing.slots,
        freeSlots: freeOn(host),
        onTrial: isOnTrial(host.condition),
        memory: Math.max(0, ...host.state.devices.map(({ vramTotal }) => vramTotal ?? 0)),
        known: host,
      }))
      for (const { host, max } of toTries(candidates, wishes)) {
        const wanted = { jobId, max, ttlMs }
        if (!(await slots.acquire(host.hostId, wanted))) continue
        if (isThere(host.known, wishes)) return toSlot(host.known, jobId)
        // it was taken off the list at this very moment
        await slots.release(host.hostId, jobId)
      }
      // somebody was faster: see what is free before another ticket is taken in vain
      await refresh()
      return null
    },
    onChange(listener) {
      listeners.add(listener)
    },
    changed,
    async close() {
      await Promise.all(loops.map((loop) => loop.close()))
    },
  }
}
