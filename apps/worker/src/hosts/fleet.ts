/** The hosts of this worker and who sits where: a seat is a place in a host's queue, shared with other workers. */
import { type Logger, repeat } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import type { Slots } from '@safelight/store'
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
  log: Logger
  /** Seats were taken or became free, here or elsewhere. */
  onChange: () => void
}

/** What other workers do is only seen by asking. */
const REFRESH_EVERY_MS = 1_000
/**
 * A dead worker's seats are free again after this. Not later than its tickets: on hosts that are full
 * of its prompts nobody has a seat to spare, and so nobody would take the tickets to adopt them.
 */
const LEASE_MS = 9_000
const RENEW_EVERY_MS = 3_000
/** An adopted prompt is on the host already, whatever the count says. */
const NO_LIMIT = 1_000_000

export function createFleet({ hosts, slots, seatsPerHost, log, onChange }: FleetOptions): Fleet {
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
      const kept = await slots.renew(hostId, { jobId, ttlMs: LEASE_MS })
      // after an outage somebody may sit there as well: the prompt is on the host all the same
      if (!kept) await slots.acquire(hostId, { jobId, max: NO_LIMIT, ttlMs: LEASE_MS })
    }
  }

  const onError = (error: unknown) => log.warn({ err: error }, 'seats could not be looked after')
  const loops = [
    repeat({ everyMs: REFRESH_EVERY_MS, run: refresh, onError }),
    repeat({ everyMs: RENEW_EVERY_MS, run: renew, onError }),
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
        const lease = { jobId, max, ttlMs: LEASE_MS }
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
