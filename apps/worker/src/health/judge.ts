/** Whether a worker lives, and whether it can work: pure functions of what is seen. */
import { type HostState, takesPrompts } from '@safelight/shared'
import type { OutageReason } from '@safelight/store'
import type { PoolLoop } from './pulse.ts'

/** As probes are told. No host is named: an id is most of an address. */
export interface Reason {
  code: 'not_looking' | 'closing' | `redis_${string}` | 'no_host'
  message: string
}

export interface Consumption {
  loops: readonly PoolLoop[]
  /** How long Redis has answered without a break; null while it does not. */
  redisUpMs: number | null
  /** Any look is over by then. */
  stuckMs: number
}

/** A restart is asked for only when it would help: while Redis is away, and just after that, looks may take any time. */
export function judgeConsumption({ loops, redisUpMs, stuckMs }: Consumption): Reason[] {
  if (redisUpMs === null || redisUpMs < stuckMs) return []
  const stuck = loops.filter(({ doing, forMs }) => doing === 'looks' && forMs >= stuckMs)
  const longest = Math.max(...stuck.map(({ forMs }) => forMs))
  if (stuck.length === 0) return []
  const loopsOf = `${stuck.length} of ${loops.length} pools`
  const message = `A look for jobs of ${loopsOf} has not come back for ${toSeconds(longest)} s.`
  return [{ code: 'not_looking', message }]
}

export interface Readiness {
  isClosing: boolean
  /** Why Redis does not answer; null while it does. */
  redisOutage: OutageReason | null
  /** Of each host on its list. */
  hosts: readonly HostState[]
}

/** One host that takes jobs is enough. */
export function judgeReadiness({ isClosing, redisOutage, hosts }: Readiness): Reason[] {
  return [
    ...(isClosing ? [CLOSING] : []),
    ...(redisOutage === null ? [] : [redisAway(redisOutage)]),
    ...(hosts.some(takesPrompts) ? [] : [noHost(hosts)]),
  ]
}

const CLOSING: Reason = {
  code: 'closing',
  message: 'This worker takes no new jobs: it is stopping.',
}

/** While nothing can be asked of it. @param why an `OutageReason` */
export function redisAway(why: string): Reason {
  const message =
    why === 'denied' ? 'Redis does not accept our user or password.' : 'Redis gives no answer.'
  return { code: `redis_${why}`, message }
}

function noHost(hosts: readonly HostState[]): Reason {
  if (hosts.length === 0) return { code: 'no_host', message: 'The list of hosts is empty.' }
  const counts = new Map<HostState, number>()
  for (const state of hosts) counts.set(state, (counts.get(state) ?? 0) + 1)
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
  return { code: 'no_host', message: `None of its hosts takes jobs: ${states}.` }
}

function toSeconds(ms: number): number {
  return Math.round(ms / 1_000)
}
