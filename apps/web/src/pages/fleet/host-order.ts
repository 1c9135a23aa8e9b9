/** Hosts in the order one wants to look at them, and all of them in numbers. Pure. */
import { type HostState, type HostView, takesPrompts, toHostReason } from '@safelight/shared'

/** Trouble first. */
const STATES = [
  'quarantined',
  'offline',
  'degraded',
  'draining',
  'starting',
  'busy',
  'ready',
] as const satisfies readonly HostState[]

/** By state, then by name: a card moves only when its host does. */
export function inOrder(hosts: readonly HostView[]): HostView[] {
  return hosts.toSorted(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      a.id.localeCompare(b.id, 'en', { numeric: true }),
  )
}

/**
 * A host as it will be once its workers have heard of what was asked: they look every second,
 * and until then a host that was drained still says that it is ready.
 */
export function asAsked(host: HostView): HostView {
  if (host.drain && takesPrompts(host.state)) {
    const reason = toHostReason('drain_requested', host.drain.reason)
    return { ...host, state: 'draining', reason, since: host.drain.since }
  }
  if (!host.drain && host.state === 'draining') {
    const busy = host.running.length + host.staged.length > 0
    return busy
      ? { ...host, state: 'busy', reason: toHostReason('has_prompts') }
      : { ...host, state: 'ready', reason: toHostReason('idle') }
  }
  return host
}

export interface FleetNumbers {
  hosts: number
  /** States there are, trouble first. */
  states: { state: HostState; count: number }[]
  slots: number
  free: number
  lastHour: number
}

/** Slots count only where new prompts go. */
export function toNumbers(hosts: readonly HostView[]): FleetNumbers {
  const open = hosts.filter(({ state }) => takesPrompts(state))
  return {
    hosts: hosts.length,
    states: STATES.map((state) => ({
      state,
      count: hosts.filter((host) => host.state === state).length,
    })).filter(({ count }) => count > 0),
    slots: sum(open.map(({ slots }) => slots)),
    free: sum(open.map(toFree)),
    lastHour: sum(hosts.map(({ throughput }) => throughput.last_hour)),
  }
}

export function toFree({ slots, running, staged }: HostView): number {
  return Math.max(0, slots - running.length - staged.length)
}

/** Prompts in its queue that are not ours; null when it does not tell. */
export function toOthers({ queue_depth, running, staged }: HostView): number | null {
  return queue_depth === null ? null : Math.max(0, queue_depth - running.length - staged.length)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
