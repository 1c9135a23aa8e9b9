/**
 * Whether a job that was accepted is on replicas, too: a failover to one of them does not lose it then. Asked with a
 * connection of its own, as nothing else is answered on it meanwhile. Many at once share a round.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'

export interface ReplicationDeps {
  /** Ours alone, and one that sends nothing again: WAIT by itself, on a new connection, would say yes to anything. */
  redis: Redis
  keys: Keys
  /** How many must have it. */
  replicas: number
  timeoutMs: number
}

export interface Replication {
  /** Whether as many replicas have the job; false also when that is not known. Never rejects. */
  confirm(jobId: string): Promise<boolean>
  /** The same of the use of an idempotency key, which came with its job and may outlast it. */
  confirmKey(idempotencyKey: string): Promise<boolean>
  /** Whether new jobs would be. Asks nothing while the last answer was yes. */
  follows(): Promise<boolean>
}

/** Where nobody asks for replicas. */
export const NO_REPLICATION: Replication = {
  confirm: async () => true,
  confirmKey: async () => true,
  follows: async () => true,
}

interface Asked {
  /** A key that must be there. */
  name: string | null
  settle(isHeld: boolean): void
}

/** What replicas are to have is what this connection wrote; all that was written before it, by anybody, they have then, too. */
const KEPT_MS = 60_000

/**
 * KEYS 1 marker (STRING) · 2… others
 * ARGV 1 ms the marker is kept
 * Returns 1 or 0 for each of the others: whether it is there. After a failover it may not be, and nothing else would tell.
 * Channels: none.
 */
const MARK = `
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
local there = {}
for i = 2, #KEYS do there[i - 1] = redis.call('EXISTS', KEYS[i]) end
return there
`

export function createReplication(deps: ReplicationDeps): Replication {
  let next: Asked[] = []
  let running = false
  let isBehind = false

  /** One after the other: those who ask during one are in the next, which begins after what they ask for was written. */
  async function run(): Promise<void> {
    running = true
    while (next.length > 0) {
      const round = next
      next = []
      const names = round.flatMap(({ name }) => name ?? [])
      const held = await askRound(deps, names).catch(() => null)
      isBehind = held === null
      for (const asked of round)
        asked.settle(held !== null && (asked.name === null || held.has(asked.name)))
    }
    running = false
  }

  const ask = (name: string | null) =>
    new Promise<boolean>((settle) => {
      next.push({ name, settle })
      if (!running) void run()
    })

  return {
    confirm: (jobId) => ask(deps.keys.job(jobId)),
    confirmKey: (idempotencyKey) => ask(deps.keys.idempotency(idempotencyKey)),
    follows: async () => !isBehind || (await ask(null)),
  }
}

/** @returns those that are there, or null when too few replicas answered. @throws what the client throws when Redis is away */
async function askRound(
  { redis, keys, replicas, timeoutMs }: ReplicationDeps,
  names: readonly string[],
): Promise<Set<string> | null> {
  // the text, not its hash: should Redis not know the hash, the marker would be set after the replicas were asked. Both
  // go out in one write, on one connection
  const [marked, waited] = await Promise.allSettled([
    redis.eval(MARK, names.length + 1, keys.replicated, ...names, KEPT_MS),
    redis.wait(replicas, timeoutMs),
  ])
  if (marked.status === 'rejected') throw marked.reason
  if (waited.status === 'rejected') throw waited.reason
  if (waited.value < replicas) return null
  const there = z.array(z.int()).parse(marked.value)
  return new Set(names.filter((_, at) => there[at] === 1))
}
