/**
 * `Roster`: the hosts of this worker as they come and go with the list of them.
 *
 *   listed    it is on the list: used
 *   leaving   it is not any more: it gets nothing new, what runs there has the drain time to finish and is then
 *             handed back. When no job of ours needs it, it is closed and reported as left. Back on the list
 *             before that, it is listed as if nothing had been
 *
 * One reconciliation: whatever changed, the list is compared with what is there. A host whose name or address
 * is still taken by one that is leaving comes when that has left: no server is driven under two names.
 */
import type { Clock, Emit, Logger, WorkerEvents } from '@safelight/runtime'
import { isSameAddress } from '@safelight/comfyui'
import type { Host } from './host.ts'
import type { HostValue } from './host-value.ts'
import { createListing, type Listing } from './listing.ts'

export interface Roster {
  /** Those that are leaving as well. */
  hosts(): readonly Host[]
  /** This is the list from now on. Resolves when what is new is in use. */
  apply(list: readonly HostValue[]): Promise<void>
  close(): void
}

export interface RosterOptions {
  open(hostId: string, listing: Listing): Host
  /** What must be known of hosts before they are used. */
  prepare(hosts: readonly Host[]): Promise<void>
  /** Hosts came, left, or are listed otherwise. */
  onChange(): void
  /** It is closed. */
  onLeft(host: Host): void
  /** How long what runs on a host that is leaving may go on. */
  drainMs: number
  clock: Clock
  emit: Emit<WorkerEvents>
  log: Logger
}

interface Entry {
  host: Host
  callOffHandBack: () => void
}

export function createRoster(options: RosterOptions): Roster {
  const { clock, emit, log, drainMs } = options
  const entries = new Map<string, Entry>()
  let list: readonly HostValue[] = []
  let reconciling: Promise<void> = Promise.resolve()
  let closed = false

  /** One after the other: each may have to wait for what must be known of a host. */
  function reconcile(): Promise<void> {
    const next = reconciling.then(compare)
    reconciling = next.catch((error: unknown) => log.error({ err: error }, 'list not followed'))
    return next
  }

  async function compare(): Promise<void> {
    if (closed) return
    for (const entry of entries.values()) keepOrSendAway(entry)
    await admit(list.filter(isWelcome))
    options.onChange()
  }

  function keepOrSendAway(entry: Entry): void {
    const { hostId, listing } = entry.host
    const value = list.find((listed) => listed.hostId === hostId)
    if (value && value.address.base === listing.address.base) return keep(entry, value)
    if (!listing.leaving) sendAway(entry)
    if (!listing.held) remove(entry)
  }

  function keep(entry: Entry, value: HostValue): void {
    const { hostId, listing } = entry.host
    entry.callOffHandBack()
    if (isSame(listing, value)) return
    const { labels, slots } = value
    const otherAddress = !isSameAddress(listing.address, value.address)
    listing.update(value)
    emit('host:listed-otherwise', { hostId, labels, slots, newCredentials: otherAddress })
    if (otherAddress) entry.host.askAnew()
  }

  function sendAway(entry: Entry): void {
    const { hostId, listing } = entry.host
    listing.leave()
    emit('host:delisted', { hostId, busy: listing.held })
    entry.callOffHandBack = clock.after(drainMs, () => listing.handBackAll())
  }

  function remove({ host, callOffHandBack }: Entry): void {
    callOffHandBack()
    entries.delete(host.hostId)
    host.close()
    emit('host:left', { hostId: host.hostId })
    options.onLeft(host)
  }

  function isWelcome({ hostId, address }: HostValue): boolean {
    const others = [...entries.values()].map(({ host }) => host)
    return !others.some(
      (host) =>
        host.hostId === hostId || host.listing.address.call('').url === address.call('').url,
    )
  }

  async function admit(values: readonly HostValue[]): Promise<void> {
    const hosts = values.map(open)
    // before it is asked anything, and that is told
    for (const { hostId, listing } of hosts)
      emit('host:listed', { hostId, slots: listing.slots, labels: listing.labels })
    if (hosts.length > 0) await options.prepare(hosts)
    for (const host of hosts) {
      // this worker may have come to its end meanwhile
      if (closed) host.close()
      else entries.set(host.hostId, { host, callOffHandBack: () => {} })
    }
  }

  function open(value: HostValue): Host {
    const listing = createListing(value, () => {
      if (listing.leaving) reconcile().catch(() => {})
    })
    return options.open(value.hostId, listing)
  }

  return {
    hosts: () => [...entries.values()].map(({ host }) => host),
    apply(next) {
      list = next
      return reconcile()
    },
    close() {
      closed = true
      for (const { host, callOffHandBack } of entries.values()) {
        callOffHandBack()
        host.close()
      }
    },
  }
}

function isSame(listing: Listing, value: HostValue): boolean {
  return (
    !listing.leaving &&
    listing.slots === value.slots &&
    listing.labels.join() === value.labels.join() &&
    isSameAddress(listing.address, value.address)
  )
}
