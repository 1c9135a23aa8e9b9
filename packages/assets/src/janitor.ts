/**
 * Takes away what nobody needs: assets whose time is over, bytes that no asset refers to, what broken writes have left.
 * Several may be at it at the same time: each step can be done twice. What is interrupted is done by the next round.
 */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { AssetStore } from '@safelight/store'
import type { BlobStore } from './blobs/blob-store.ts'

export interface JanitorDeps {
  blobs: Pick<BlobStore, 'remove' | 'sweep'>
  assets: Pick<AssetStore, 'expire' | 'trash' | 'emptied' | 'giveUpWrites'>
  /** Redis' time, ms since the epoch. */
  now: () => Promise<number>
  /** What else is to be done in each round; one that fails keeps none of the others from it. */
  others?: readonly ((signal: AbortSignal) => Promise<unknown>)[]
  clock?: Clock
  log: Logger
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
const WRITE_MS = 24 * 3_600_000
const AT_ONCE = 100
const MAX_PER_ROUND = 10_000
/** Removals under way at a time. */
const HANDS = 8

export function createJanitor(deps: JanitorDeps): Janitor {
  const { blobs, assets, now, others = [], clock, log } = deps

  async function expire(signal: AbortSignal): Promise<number> {
    let looked = 0
    while (looked < MAX_PER_ROUND && !signal.aborted) {
      const some = await assets.expire(AT_ONCE)
      looked += some
      if (some < AT_ONCE) break
    }
    return looked
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
    const attempt = async (what: string, step: () => Promise<number>) => {
      if (signal.aborted) return 0
      try {
        return await step()
      } catch (err) {
        log.warn({ err, what }, 'the janitor could not do this, and tries again later')
        return 0
      }
    }
    const writesBefore = async () => (await now()) - WRITE_MS
    const cleaned = {
      expired: await attempt('expire assets', () => expire(signal)),
      givenUp: await attempt('give up writes', async () =>
        assets.giveUpWrites(await writesBefore()),
      ),
      removed: await attempt('remove bytes', () => emptyTrash(signal)),
      swept: await attempt('sweep', async () => blobs.sweep(await writesBefore())),
    }
    for (const other of others) {
      await attempt('another step', async () => {
        await other(signal)
        return 0
      })
    }
    if (Object.values(cleaned).some((count) => count > 0)) log.info(cleaned, 'cleaned up')
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
