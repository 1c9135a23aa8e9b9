/** The tickets of all hosts of this worker, as hosts come and go: one that leaves takes nothing more from its queue. */
import { type Clock, type Logger, repeat, type Some, tellSome } from '@safelight/runtime'
import {
  HOST_STAGES,
  hostQueueOf,
  type JobsOnHost,
  type OpenHand,
  type Queues,
} from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'
import type { WorkerTimings } from '../timings.ts'
import type { HostTickets, OpenTickets } from './host-tickets.ts'

export interface DriveHostsOptions {
  fleet: Fleet
  open(host: Host): Promise<HostTickets>
  /** Hosts come and go under ever new names. */
  queues: Pick<Queues, 'release'>
  timings: Pick<WorkerTimings, 'lockMs'>
  clock: Clock
  log: Logger
}

export interface DrivenHosts extends OpenTickets {
  /** For the ticket of a job that is dispatched to the host now; null when it has to be put on the queue. */
  openHand(hostId: string): OpenHand | null
  /** The ticket of this name has just been put on the queue of the host. */
  expect(hostId: string, ticket: string): void
  /** What the host has, by the records. */
  see(hostId: string, jobs: JobsOnHost): void
  /** Queues of hosts, and what is in our hands of each. */
  holds(): Some<ReturnType<HostTickets['holds']>[number]>
}

/** How often the lock of a ticket is renewed within its time. */
const LOCK_BEATS = 3

/** Resolves when tickets of the hosts that are there are taken. */
export async function driveHosts(options: DriveHostsOptions): Promise<DrivenHosts> {
  const { fleet, log } = options
  const driven = new Map<string, Promise<HostTickets>>()
  const open = new Map<string, HostTickets>()
  /** How many their tickets were told of. */
  const slots = new Map<string, number>()
  /** Hosts of those that are leaving. */
  const left = new Set<string>()
  let closed = false

  function follow(): void {
    if (closed) return
    for (const host of fleet.hosts) {
      if (!host.listing.leaving) drive(host)
      else if (!left.has(host.hostId)) sendAway(host)
    }
    for (const hostId of driven.keys()) if (!fleet.find(hostId)) end(hostId)
  }

  function drive(host: Host): void {
    const { hostId, listing } = host
    // back on the list before it has left: it is driven anew
    if (left.delete(hostId)) end(hostId)
    const known = driven.get(hostId)
    if (known) {
      if (slots.get(hostId) !== listing.slots)
        tell(hostId, (tickets) => tickets.setSlots(listing.slots))
      slots.set(hostId, listing.slots)
      return
    }
    const opening = options.open(host)
    slots.set(hostId, listing.slots)
    driven.set(hostId, opening)
    void noteOpen(hostId, opening)
    opening.catch((error: unknown) => {
      warn(hostId)(error)
      // looked at again with the next change of any host, of which there are many
      driven.delete(hostId)
    })
  }

  async function noteOpen(hostId: string, opening: Promise<HostTickets>): Promise<void> {
    const tickets = await opening.catch(() => null)
    if (tickets && driven.get(hostId) === opening) open.set(hostId, tickets)
  }

  /** It is needed until what runs there is over and carried away, or the host's own end hands it back. */
  function sendAway({ hostId, listing }: Host): void {
    left.add(hostId)
    const tickets = driven.get(hostId)
    if (!tickets) return
    const letGo = listing.hold(() => {
      tickets.then((opened) => opened.handBack()).catch(() => undefined)
      // the jobs in hand hold it themselves, and nothing is carried away from here any more
      letGo()
    })
    tickets
      .then((opened) => opened.close())
      .catch(warn(hostId))
      .finally(letGo)
  }

  function end(hostId: string): void {
    left.delete(hostId)
    const ending = driven.get(hostId)
    driven.delete(hostId)
    open.delete(hostId)
    slots.delete(hostId)
    ending
      ?.then((tickets) => tickets.close())
      .then(() => letGo(hostId))
      .catch(warn(hostId))
  }

  async function letGo(hostId: string): Promise<void> {
    const names = new Set(HOST_STAGES.map((stage) => hostQueueOf(hostId, stage)))
    // back meanwhile: it is needed
    if (!driven.has(hostId)) await options.queues.release((name) => !names.has(name))
  }

  const warn = (hostId: string) => (error: unknown) =>
    log.warn({ hostId, err: error }, 'tickets of the host not taken')

  /** What could not be opened has been told. */
  function tell(hostId: string, what: (tickets: HostTickets) => void): void {
    driven.get(hostId)?.then(what, () => undefined)
  }

  async function all(): Promise<HostTickets[]> {
    const opened = await Promise.allSettled(driven.values())
    return opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  }

  fleet.onChange(follow)
  follow()
  await all()
  const keeping = repeat({
    everyMs: options.timings.lockMs / LOCK_BEATS,
    run: async () => {
      await Promise.all((await all()).map((tickets) => tickets.keep()))
    },
    onError: (error) => log.warn({ err: error }, 'locks not kept'),
    clock: options.clock,
  })
  return {
    openHand: (hostId) => open.get(hostId)?.openHand() ?? null,
    expect: (hostId, ticket) => tell(hostId, (tickets) => tickets.expect(ticket)),
    see: (hostId, jobs) => tell(hostId, (tickets) => tickets.see(jobs)),
    holds: () =>
      tellSome(
        [...open.values()].flatMap((tickets) => tickets.holds()),
        (held) => held,
      ),
    async close() {
      closed = true
      await Promise.all((await all()).map((tickets) => tickets.close()))
      await keeping.close()
    },
    handBack() {
      for (const opening of driven.values())
        opening.then((tickets) => tickets.handBack()).catch(() => undefined)
    },
  }
}
