/** What has been swept, by whoever: each sweep of each process writes down here that it was done, and how much it took away. */
import type { CommonEvents, Listening, Logger } from '@safelight/runtime'
import { SWEPT_KINDS, type SweptKind } from '@safelight/shared'
import type { Redis } from 'ioredis'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'

/** Pauses between two sweeps of one process, where no setting says so. Nobody is in a hurry for what is only left over. */
export const SWEEP_EVERY_MS = { pools: 60_000, staged_inputs: 60_000 } as const

/** Times are ms since the epoch, on Redis' clock. */
export interface Swept {
  /** When a sweep succeeded last. */
  at: number
  /** The last one that removed something. */
  lastRemoved: { at: number; count: number } | null
  /** Since the first one. */
  total: number
}

export interface Sweeps {
  note(kind: SweptKind, removed: number): Promise<void>
  /** Of kinds that were ever swept. */
  load(): Promise<ReadonlyMap<SweptKind, Swept>>
}

/**
 * KEYS 1 sweeps (HASH)
 * ARGV 1 kind · 2 how many it removed
 * Returns nothing.
 * Channels: none.
 */
const NOTE_SWEEP: Script = {
  name: 'safelightNoteSweep',
  lua: `
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], now)
if ARGV[2] == '0' then return end
redis.call('HSET', KEYS[1], ARGV[1] .. ':removed', ARGV[2], ARGV[1] .. ':removed-at', now)
redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':total', ARGV[2])
`,
}

export function createSweeps({ redis, keys }: { redis: Redis; keys: Keys }): Sweeps {
  const run = bindScript(redis, NOTE_SWEEP)
  return {
    async note(kind, removed) {
      await run([keys.sweeps], [kind, removed])
    },
    async load() {
      const stored = await ask(redis.hgetall(keys.sweeps))
      const found = new Map<SweptKind, Swept>()
      for (const kind of SWEPT_KINDS) {
        const at = stored[kind]
        if (at === undefined) continue
        const removedAt = stored[`${kind}:removed-at`]
        found.set(kind, {
          at: Number(at),
          lastRemoved:
            removedAt === undefined
              ? null
              : { at: Number(removedAt), count: Number(stored[`${kind}:removed`]) },
          total: Number(stored[`${kind}:total`] ?? 0),
        })
      }
      return found
    },
  }
}

/** Writes down every sweep of this process. One that cannot be is not worth more than a line: the next one will be. */
export function noteSweeps(
  events: Pick<Listening<CommonEvents>, 'on'>,
  store: { redis: Redis; keys: Keys },
  log: Logger,
): void {
  const sweeps = createSweeps(store)
  events.on('housekeeping:swept', ({ kind, removed }) => {
    sweeps
      .note(kind, removed)
      .catch((err: unknown) => log.debug({ err, kind }, 'a sweep could not be written down'))
  })
}
