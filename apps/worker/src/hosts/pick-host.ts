/** Which host gets the next prompt. Pure: from what is known of the hosts, and from where the job has been. */
import { type HostState, takesPrompts } from '@safelight/shared'

export interface Candidate {
  hostId: string
  state: HostState
  /** Prompts it may hold at a time. */
  slots: number
  freeSlots: number
  /** Its device failed whatever ran there: one job at a time shows whether it works again. */
  onTrial?: boolean
  /** Bytes of the GPU that has most, as far as known. */
  memory?: number
}

export interface Wishes {
  /** The host that may still run or hold this attempt's prompt. */
  prefer?: string | null
  /** Hosts that failed the job, the latest first: the last choice, but better than none. */
  avoid?: readonly string[]
  /** Of these, hosts that it must not have while any other takes prompts, if only later. */
  shun?: readonly string[]
  /** The job ran out of memory elsewhere: the host with the most of it, even if another is idle. */
  wantsMemory?: boolean
}

/** One try to take a slot: on this host, while fewer than `max` are taken there. */
export interface Try<H extends Candidate> {
  host: H
  max: number
}

/** An adopted prompt is on the host already, whatever the count says. */
const NO_LIMIT = 1_000_000

/** Hosts worth trying, best first: the host of the prompt, then ready before busy before degraded ones and those on trial, the freest first. */
export function pickHosts<H extends Candidate>(hosts: readonly H[], wishes: Wishes = {}): H[] {
  const { prefer, avoid = [], wantsMemory = false } = wishes
  const rank = ({ hostId }: H) => {
    if (hostId === prefer) return 0
    const failed = avoid.indexOf(hostId)
    return failed < 0 ? 1 : 1 + avoid.length - failed
  }
  const memory = (host: H) => (wantsMemory ? (host.memory ?? 0) : 0)
  return hosts
    .filter((host) => (host.hostId === prefer ? isThere(host) : isOpen(host)))
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        memory(b) - memory(a) ||
        STATE_RANK[a.state] - STATE_RANK[b.state] ||
        b.freeSlots - a.freeSlots,
    )
}

/**
 * What to try, in this order. An idle host before the second slot of another: two workers that choose at the same
 * moment know nothing of each other, so it is Redis that must refuse, and not the count we remember. A degraded
 * host comes after every slot on the others; for a job that needs memory, a smaller host does. A host on trial gets
 * one job, when nothing better is free.
 */
export function toTries<H extends Candidate>(hosts: readonly H[], wishes: Wishes = {}): Try<H>[] {
  const { prefer, avoid = [], shun = [], wantsMemory = false } = wishes
  const levels = toLevels(Math.max(0, ...hosts.map(({ slots }) => slots)))
  const levelsOf = ({ onTrial, slots }: H) => (onTrial ? [1] : toLevels(slots))
  const fillEach = (group: H[]) =>
    group.flatMap((host) => levelsOf(host).map((max) => ({ host, max })))
  const fillEvenly = (group: H[]) =>
    levels.flatMap((max) =>
      group.filter(({ slots }) => max <= slots).map((host) => ({ host, max })),
    )

  const picked = pickHosts(hosts, wishes)
  const own = picked.filter(({ hostId }) => hostId === prefer)
  const unspoilt = picked.filter(({ hostId }) => hostId !== prefer && !avoid.includes(hostId))
  const others = unspoilt.filter(({ onTrial }) => !onTrial)
  const onTrial = unspoilt.filter((host) => host.onTrial)
  const sound = others.filter(({ state }) => state !== 'degraded')
  const degraded = others.filter(({ state }) => state === 'degraded')
  const failed = picked.filter(({ hostId }) => hostId !== prefer && avoid.includes(hostId))
  const last = hasOther(hosts, shun)
    ? failed.filter(({ hostId }) => !shun.includes(hostId))
    : failed
  return [
    ...own.map((host) => ({ host, max: NO_LIMIT })),
    ...(wantsMemory ? fillEach(others) : [...fillEvenly(sound), ...fillEvenly(degraded)]),
    ...fillEach(onTrial),
    ...fillEach(last),
  ]
}

/** `[1, 2, …]` */
function toLevels(slots: number): number[] {
  return Array.from({ length: slots }, (_, below) => below + 1)
}

const STATE_RANK: Record<HostState, number> = {
  ready: 0,
  busy: 1,
  degraded: 2,
  starting: 3,
  draining: 3,
  quarantined: 3,
  offline: 3,
}

function isOpen({ state, freeSlots, onTrial = false }: Candidate): boolean {
  return (takesPrompts(state) || onTrial) && freeSlots > 0
}

/** One that need not be shunned takes prompts, even if it has no slot free now. */
function hasOther(hosts: readonly Candidate[], shun: readonly string[]): boolean {
  return hosts.some(({ hostId, state }) => takesPrompts(state) && !shun.includes(hostId))
}

/**
 * The prompt is there already, whether its slot outlived the worker or not: a full or draining host
 * lets it finish. A quarantined one may have finished it before; what waits there is taken back.
 */
function isThere({ state }: Candidate): boolean {
  return state !== 'starting' && state !== 'offline'
}
