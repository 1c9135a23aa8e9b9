/** The hosts of this worker and who sits where: a seat is a place in a host's queue, shared with other workers. */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import type { Slots } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import type { Host } from './host.ts'
import { toTries, type Wishes } from './pick-host.ts'

/** A job's place on a host, from before its prompt is submitted until its execution ends. */
export interface Seat {
  readonly host: Host
  /** The place is free again. Safe to call again, also after `leave`. */
  release(): Promise<void>
  /** The prompt stays on the host: whoever adopts it takes over the lease, or it runs out. */
  leave(): void
}

export interface Fleet {
  readonly hosts: readonly Host[]
  find(hostId: string): Host | null
  /** On the hosts that take new prompts, as far as known: other workers sit there too. */
  freeSeats(): number
  /** On one host, by whichever worker. */
  busySeats(hostId: string): number
  /** Null when no host has room. */
  takeSeat(jobId: string, wishes: Wishes): Promise<Seat | null>
  close(): Promise<void>
}

export interface FleetOptions {
  hosts: readonly Host[]
  slots: Slots
  seatsPerHost: number
  timings: Pick<WorkerTimings, 'slotLeaseMs' | 'slotRenewMs' | 'slotRefreshMs'>
  clock: Clock
  log: Logger
  /** Seats were taken or became free, here or elsewhere. */
  onChange: () => void
}

/** An adopted prompt is on the host already, whatever the count says. */
const NO_LIMIT = 1_000_000

export function createFleet(options: FleetOptions): Fleet {
  const { hosts, slots, seatsPerHost, timings, clock, log, onChange } = options
  const ttlMs = timings.slotLeaseMs
  const busy = new Map<string, number>()
  const held = new Set<{ hostId: string; jobId: string }>()
  const busySeats = (hostId: string) => busy.get(hostId) ?? 0
  const freeOn = (host: Host) => Math.max(0, seatsPerHost - busySeats(host.hostId))

  function setBusy(host: Host, seats: number): void {
    if (busySeats(host.hostId) === seats) return
    busy.set(host.hostId, seats)
    host.seated(seats)
    onChange()
  }

  async function refresh(): Promise<void> {
    for (const host of hosts) setBusy(host, await slots.held(host.hostId))
  }

  async function renew(): Promise<void> {
    for (const { hostId, jobId } of held) {
      const kept = await slots.renew(hostId, { jobId, ttlMs })
      // after an outage somebody may sit there as well: the prompt is on the host all the same
      if (!kept) await slots.acquire(hostId, { jobId, max: NO_LIMIT, ttlMs })
    }
  }

  const onError = (error: unknown) => log.warn({ err: error }, 'seats could not be looked after')
  const loops = [
    repeat({ everyMs: timings.slotRefreshMs, run: refresh, onError, clock }),
    repeat({ everyMs: timings.slotRenewMs, run: renew, onError, clock }),
  ]

  function toSeat(host: Host, jobId: string): Seat {
    const { hostId } = host
    const lease = { hostId, jobId }
    held.add(lease)
    setBusy(host, busySeats(hostId) + 1)
    return {
      host,
      async release() {
        if (!held.delete(lease)) return
        await slots.release(hostId, jobId)
        setBusy(host, Math.max(0, busySeats(hostId) - 1))
      },
      leave() {
        held.delete(lease)
      },
    }
  }

  return {
    hosts,
    find: (hostId) => hosts.find((host) => host.hostId === hostId) ?? null,
    freeSeats: () =>
      hosts.reduce((sum, host) => sum + (takesPrompts(host.condition.state) ? freeOn(host) : 0), 0),
    busySeats,
    async takeSeat(jobId, wishes) {
      const candidates = hosts.map((host) => ({
        hostId: host.hostId,
        state: host.condition.state,
        freeSeats: freeOn(host),
        memory: Math.max(0, ...host.state.devices.map(({ vramTotal }) => vramTotal ?? 0)),
        known: host,
      }))
      for (const { host, max } of toTries(candidates, wishes, seatsPerHost)) {
        const lease = { jobId, max, ttlMs }
        if (await slots.acquire(host.hostId, lease)) return toSeat(host.known, jobId)
      }
      // somebody was faster: see what is left before another ticket is taken in vain
      await refresh()
      return null
    },
    async close() {
      await Promise.all(loops.map((loop) => loop.close()))
    },
  }
}
