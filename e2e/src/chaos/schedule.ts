/** What breaks when: decided by the seed alone, before anything starts. Pure. */
import type { Faults } from '@safelight/simulator'
import { createRandom, type Random } from '../testing/random.ts'

export type Target = 'redis' | `api-${number}` | `worker-${number}` | `host-${number}`

/** Switches of the simulator, as it takes them. */
export type HostPoison = Partial<Faults>
export type RedisPoison = 'failover pause' | 'connections cut' | 'memory full' | 'memory high'

export type Blow =
  /** SIGKILL, and started again after `forMs`. */
  | { kind: 'kill' }
  /** SIGTERM, and started again when it has ended. */
  | { kind: 'restart' }
  /** SIGSTOP, and SIGCONT after `forMs`. */
  | { kind: 'freeze' }
  | { kind: 'poison'; poison: HostPoison }
  | { kind: 'squeeze'; poison: RedisPoison }
  /** The host is taken off the list of every worker for `forMs`. */
  | { kind: 'unlist' }

export interface Act {
  atMs: number
  target: Target
  blow: Blow
  forMs: number
}

export interface Cast {
  apis: number
  workers: number
  hosts: number
}

/** Between two acts. */
const PAUSE_MS = { atLeast: 2_500, upTo: 5_500 }
/** Nothing breaks at first: there must be something to break. */
const FIRST_MS = 2_000

export const HOST_POISONS: readonly HostPoison[] = [
  { deafReconnect: true },
  { deaf: true },
  { blockedDelivery: true },
  { executorDead: true },
  { historyWiped: true, inputsLost: true },
  { lostInterrupts: 3 },
  { slowHttp: 1_500 },
  { submitFails: '500_queued' },
  { submitFails: '500' },
  { wsRefused: true },
  { outOfMemory: 2 },
  { nodesRaise: 'oom' },
  { nodesRaise: 'oom_words' },
  { nodesRaise: 'cuda' },
  { nodesRaise: 'cublas' },
  // one of several pictures, for good; the only one of its job
  { unservedFile: 'side', unservedStatus: 400 },
  { unservedFile: 'slow', unservedStatus: 500 },
  { historyLate: 3 },
  { historyHollow: 3 },
  { historyGone: true },
  { exitDuring: 'execution' },
  { exitDuring: 'saving' },
]

export function planSchedule(seed: number, durationMs: number, cast: Cast): Act[] {
  const random = createRandom(seed)
  const acts: Act[] = []
  const poisons = endless(HOST_POISONS, random)
  const turns = endless(everyTurn(cast), random)
  for (let atMs = FIRST_MS; atMs < durationMs; ) {
    const { target, kind } = turns()
    const blow = toBlow(kind, poisons)
    acts.push({ atMs, target, blow, forMs: toDuration(target, blow, random) })
    atMs += PAUSE_MS.atLeast + random.below(PAUSE_MS.upTo - PAUSE_MS.atLeast)
  }
  return acts
}

type Kind =
  | 'kill'
  | 'restart'
  | 'freeze'
  | 'poison'
  | 'unlist'
  | Exclude<RedisPoison, 'memory high'>
const DEATHS = ['kill', 'restart', 'freeze'] as const satisfies readonly Kind[]
interface TurnOf {
  target: Target
  kind: Kind
}

/** Everybody suffers everything once before anybody suffers anything twice. */
function everyTurn({ apis, workers, hosts }: Cast): TurnOf[] {
  const each = (count: number, name: 'api' | 'worker' | 'host', kinds: readonly Kind[]) =>
    Array.from({ length: count }, (_, at) =>
      kinds.map((kind): TurnOf => ({ target: `${name}-${at + 1}`, kind })),
    ).flat()
  const redis: Kind[] = [...DEATHS, 'failover pause', 'connections cut']
  return [
    ...each(apis, 'api', DEATHS),
    ...each(workers, 'worker', ['kill', ...DEATHS]),
    ...each(hosts, 'host', [...DEATHS, 'poison', 'poison', 'poison', 'unlist']),
    ...[...redis, 'memory full' as const].map((kind): TurnOf => ({ target: 'redis', kind })),
  ]
}

function toBlow(kind: Kind, nextPoison: () => HostPoison): Blow {
  switch (kind) {
    case 'kill':
    case 'restart':
    case 'freeze':
    case 'unlist':
      return { kind }
    case 'poison':
      return { kind, poison: nextPoison() }
    default:
      return { kind: 'squeeze', poison: kind }
  }
}

function toDuration(target: Target, { kind }: Blow, random: Random): number {
  const between = (from: number, to: number) => from + random.below(to - from)
  if (kind === 'kill') return between(100, 3_000)
  if (kind === 'restart') return 0
  if (kind === 'poison') return between(3_000, 12_000)
  // every third one is gone for longer than its jobs wait for it
  if (kind === 'unlist')
    return random.below(3) === 0 ? between(24_000, 28_000) : between(3_000, 12_000)
  // every other stopped worker sleeps longer than its lock lasts
  const isWorker = target.startsWith('worker')
  if (isWorker && random.below(2) === 0) return between(12_000, 16_000)
  return between(500, 4_000)
}

/** Deals one after the other, shuffles when all are dealt. */
function endless<T>(all: readonly T[], random: Random): () => T {
  let left: T[] = []
  return () => {
    if (left.length === 0) left = shuffle(all, random)
    const next = left.pop()
    if (next === undefined) throw new Error('nothing to deal from')
    return next
  }
}

function shuffle<T>(all: readonly T[], random: Random): T[] {
  const rest = [...all]
  return all.map(() => rest.splice(random.below(rest.length), 1)).flat()
}
