/** Hosts in the order one wants to look at them, and all of them in numbers. Pure. */
import { type HostState, type ToldHost, takesPrompts, toHostReason } from '@safelight/shared'

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
export function inOrder<T extends ToldHost>(hosts: readonly T[]): T[] {
  return hosts.toSorted(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      a.id.localeCompare(b.id, 'en', { numeric: true }),
  )
}

export interface ShownHost extends ToldHost {
  /** So it will be when the API has answered: it may be given a job yet. */
  isAsked?: boolean
}

/** A host as it will be once the API has answered what was asked. */
export function asAsked(host: ToldHost): ShownHost {
  if (host.drain && takesPrompts(host.state)) {
    const reason = toHostReason('drain_requested', host.drain.reason)
    return { ...host, state: 'draining', reason, since: host.drain.since, isAsked: true }
  }
  // one whose workers leave is not resumed by anybody
  if (!host.drain && host.state === 'draining' && host.reason.code !== 'workers_leave') {
    const busy = host.running.length + host.staged.length > 0
    return busy
      ? { ...host, state: 'busy', reason: toHostReason('has_prompts') }
      : { ...host, state: 'ready', reason: toHostReason('idle') }
  }
  return host
}

/** Drained, and its machine may be shut down: a job that is there runs to its end, and its outputs are fetched first. */
export function isEmptied(host: ShownHost): boolean {
  // an older API does not tell what is fetched
  const { running, staged, collecting } = host
  if (!host.drain || host.isAsked || !collecting) return false
  return running.length + staged.length + collecting.length === 0
}

/** Jobs whose outputs are still fetched from there, as far as the API tells. */
export function toFetched({ collecting = [] }: ToldHost): readonly string[] {
  return collecting
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
export function toNumbers(hosts: readonly ToldHost[]): FleetNumbers {
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

export function toFree({ slots, running, staged }: ToldHost): number {
  return Math.max(0, slots - running.length - staged.length)
}

/** Prompts in its queue that are not ours; null when it does not tell. */
export function toOthers({ queue_depth, running, staged }: ToldHost): number | null {
  return queue_depth === null ? null : Math.max(0, queue_depth - running.length - staged.length)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
