/** The hosts of this worker and who sits where: a seat is a place in a host's queue, shared with other workers. */
import { type Logger, repeat, type Slots } from '@safelight/shared/server'
import type { Host } from './host.ts'
import { pickHosts, type Wishes } from './pick-host.ts'

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
  /** On the reachable hosts, as far as known: other workers sit there too. */
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

  function setBusy(hostId: string, seats: number): void {
    if (busySeats(hostId) === seats) return
    busy.set(hostId, seats)
    onChange()
  }

  async function refresh(): Promise<void> {
    for (const { hostId } of hosts) setBusy(hostId, await slots.held(hostId))
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
    setBusy(hostId, busySeats(hostId) + 1)
    return {
      host,
      async release() {
        if (!held.delete(lease)) return
        await slots.release(hostId, jobId)
        setBusy(hostId, Math.max(0, busySeats(hostId) - 1))
      },
      leave() {
        held.delete(lease)
      },
    }
  }

  /**
   * An idle host before a place in another's queue: two workers that choose at the same moment know
   * nothing of each other, so it is the lease that must refuse, and not the count we remember.
   */
  function toTries<H extends { hostId: string }>(picked: H[], { prefer, avoid }: Wishes) {
    const levels = Array.from({ length: seatsPerHost }, (_, below) => below + 1)
    const inTurn = (group: H[]) => levels.flatMap((max) => group.map((host) => ({ ...host, max })))
    const own = picked.filter(({ hostId }) => hostId === prefer)
    const others = picked.filter(({ hostId }) => hostId !== prefer && hostId !== avoid)
    const last = picked.filter(({ hostId }) => hostId !== prefer && hostId === avoid)
    return [...own.map((host) => ({ ...host, max: NO_LIMIT })), ...inTurn(others), ...inTurn(last)]
  }

  return {
    hosts,
    find: (hostId) => hosts.find((host) => host.hostId === hostId) ?? null,
    freeSeats: () =>
      hosts.reduce((sum, host) => sum + (host.state.reachable ? freeOn(host) : 0), 0),
    busySeats,
    async takeSeat(jobId, wishes) {
      const candidates = hosts.map((host) => ({
        hostId: host.hostId,
        reachable: host.state.reachable,
        freeSeats: freeOn(host),
        host,
      }))
      for (const { hostId, host, max } of toTries(pickHosts(candidates, wishes), wishes)) {
        if (await slots.acquire(hostId, { jobId, max, ttlMs: LEASE_MS })) return toSeat(host, jobId)
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
