/**
 * Takes away what nobody needs: assets whose time is over, bytes that no asset refers to, what broken writes have left.
 * Several may be at it at the same time: each step can be done twice. What is interrupted is done by the next round.
 */
import { type ApiEvents, type Clock, type Emit, type Logger, repeat } from '@safelight/runtime'
import type { SweptKind } from '@safelight/shared'
import type { AssetStore } from '@safelight/store'
import type { BlobStore } from './blobs/blob-store.ts'

export interface JanitorDeps {
  blobs: Pick<BlobStore, 'remove' | 'sweep'>
  assets: Pick<AssetStore, 'expire' | 'trash' | 'emptied' | 'giveUpWrites'>
  /** Redis' time, ms since the epoch. */
  now: () => Promise<number>
  /** What else is to be done in each round; one that fails keeps none of the others from it. */
  others?: readonly JanitorStep[]
  /** Told of each step that was done, and of each round that took assets or bytes away. */
  emit: Emit<Pick<ApiEvents, 'janitor:cleaned' | 'housekeeping:swept'>>
  clock?: Clock
  log: Logger
}

/** One thing that a round does. */
export interface JanitorStep {
  what: string
  /** What it takes away, where that is told. */
  kind: SweptKind | null
  /** @returns how many it took away */
  run: (signal: AbortSignal) => Promise<number>
}

/** What a round did. */
export interface Cleaned {
  /** Assets whose time was over; those that somebody needs are looked at again later. */
  expired: number
  /** Writes of dead processes. */
  givenUp: number
  /** Blobs whose bytes are gone. */
  removed: number
  /** Parts of broken writes. */
  swept: number
}

export interface Janitor {
  /** One round: some thousands of each at most. Trouble with one thing is logged, and keeps from no other. */
  clean(signal?: AbortSignal): Promise<Cleaned>
  start(options: { everyMs: number }): { close(): Promise<void> }
}

/** A write that takes longer is refused when its bytes are there. */
export const WRITE_MS = 24 * 3_600_000
const AT_ONCE = 100
const MAX_PER_ROUND = 10_000
/** Removals under way at a time. */
const HANDS = 8

export function createJanitor(deps: JanitorDeps): Janitor {
  const { blobs, assets, now, others = [], emit, clock, log } = deps

  /** @returns those that are gone, and those that are needed still */
  async function expire(signal: AbortSignal): Promise<{ looked: number; removed: number }> {
    const all = { looked: 0, removed: 0 }
    while (all.looked < MAX_PER_ROUND && !signal.aborted) {
      const { looked, removed } = await assets.expire(AT_ONCE)
      all.looked += looked
      all.removed += removed
      if (looked < AT_ONCE) break
    }
    return all
  }

  async function emptyTrash(signal: AbortSignal): Promise<number> {
    let removed = 0
    const stuck = new Set<string>()
    while (removed + stuck.size < MAX_PER_ROUND && !signal.aborted) {
      const found = await assets.trash(AT_ONCE + stuck.size)
      const keys = found.filter((key) => !stuck.has(key))
      if (keys.length === 0) break
      const gone = await removeEach(keys, (key, err) => {
        // said once a round: a store that is away is away for all of them
        if (stuck.size === 0) log.warn({ err }, 'bytes that nobody needs could not be removed')
        stuck.add(key)
      })
      await assets.emptied(gone)
      removed += gone.length
      if (gone.length === 0) break
    }
    return removed
  }

  /** @returns those whose bytes are gone */
  async function removeEach(
    keys: readonly string[],
    onError: (key: string, error: unknown) => void,
  ): Promise<string[]> {
    const left = keys.values()
    const gone: string[] = []
    const work = async () => {
      for (const key of left) {
        try {
          await blobs.remove(key)
          gone.push(key)
        } catch (error) {
          onError(key, error)
        }
      }
    }
    await Promise.all(Array.from({ length: HANDS }, work))
    return gone
  }

  async function clean(signal: AbortSignal = new AbortController().signal): Promise<Cleaned> {
    const attempt = async ({ what, kind, run }: JanitorStep) => {
      if (signal.aborted) return 0
      try {
        const removed = await run(signal)
        if (kind !== null) emit('housekeeping:swept', { kind, removed })
        return removed
      } catch (err) {
        log.warn({ err, what }, 'the janitor could not do this, and tries again later')
        return 0
      }
    }
    const writesBefore = async () => (await now()) - WRITE_MS
    let expired = 0
    await attempt({
      what: 'expire assets',
      kind: 'assets',
      async run() {
        const { looked, removed } = await expire(signal)
        expired = looked
        return removed
      },
    })
    const cleaned = {
      expired,
      givenUp: await attempt({
        what: 'give up writes',
        kind: 'writes',
        run: async () => assets.giveUpWrites(await writesBefore()),
      }),
      removed: await attempt({ what: 'remove bytes', kind: 'unneeded_bytes', run: emptyTrash }),
      swept: await attempt({
        what: 'sweep',
        kind: 'broken_parts',
        run: async () => blobs.sweep(await writesBefore()),
      }),
    }
    for (const other of others) await attempt(other)
    if (Object.values(cleaned).some((count) => count > 0)) emit('janitor:cleaned', cleaned)
    return cleaned
  }

  return {
    clean,
    start({ everyMs }) {
      const closing = new AbortController()
      const rounds = repeat({
        everyMs,
        run: () => clean(closing.signal),
        onError: (err) => log.warn({ err }, 'the janitor failed'),
        ...(clock && { clock }),
      })
      return {
        async close() {
          closing.abort()
          await rounds.close()
        },
      }
    },
  }
}
