/** `HostFiles`: which files every host lists, as the workers found it, and when they asked. */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { readFileLists, type StoredFileChoices, writeFileLists } from './hosts/file-lists.ts'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'
import { type Now, toRedisTime } from './redis-time.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface FoundFiles {
  choices: StoredFileChoices
  /** When all of them were asked for, ms since the epoch. */
  at: number
  /** Class → when it was asked for since. */
  askedAt: ReadonlyMap<string, number>
}

export interface HostFiles {
  save(hostId: string, found: FoundFiles): Promise<void>
  /** Of every host known within a day. Lists are read once, however often they are asked for. */
  load(): Promise<ReadonlyMap<string, FoundFiles>>
}

/** Only the latest matter: who needs an older one asks anew. */
const MOST_ASKED = 64

const stampSchema = z.object({
  at: z.number(),
  digest: z.string(),
  asked: z.array(z.tuple([z.string(), z.number()])),
})
type Stamp = z.output<typeof stampSchema>

export interface HostFilesDeps {
  redis: Redis
  keys: Keys
  now?: Now
  timings?: Partial<StoreTimings>
}

export function createHostFiles(deps: HostFilesDeps): HostFiles {
  const { redis, keys, now = toRedisTime(deps.redis) } = deps
  const { hostKnownMs } = toStoreTimings(deps.timings)
  const written = new WeakMap<StoredFileChoices, { json: string; digest: string }>()
  /** Digest → what it is of. Hosts with the same disk share one. */
  let read = new Map<string, StoredFileChoices>()

  function write(choices: StoredFileChoices): { json: string; digest: string } {
    const known = written.get(choices)
    if (known) return known
    const json = writeFileLists(choices)
    const text = { json, digest: digestOf(json) }
    written.set(choices, text)
    return text
  }

  return {
    async save(hostId, { choices, at, askedAt }) {
      const { json, digest } = write(choices)
      const mine: Stamp = { at, digest, asked: latest([...askedAt]) }
      const theirs = readStamp(await ask(redis.hget(keys.hostFilesAt, hostId)))
      const isSame = theirs?.digest === digest
      // first: a stamp never promises what is not there
      if (!isSame) await ask(redis.hset(keys.hostFiles, hostId, json))
      const stamp = isSame ? merge(mine, theirs) : mine
      await ask(redis.hset(keys.hostFilesAt, hostId, JSON.stringify(stamp)))
    },
    async load() {
      const stamps = new Map<string, Stamp>()
      const knownSince = (await now()) - hostKnownMs
      for (const [hostId, json] of Object.entries(await ask(redis.hgetall(keys.hostFilesAt)))) {
        const stamp = readStamp(json)
        if (stamp && latestOf(stamp) >= knownSince) stamps.set(hostId, stamp)
        else if (stamp) await forget(hostId)
      }
      const missing = [...stamps].filter(([, { digest }]) => !read.has(digest))
      const hostIds = missing.map(([hostId]) => hostId)
      const texts = hostIds.length > 0 ? await ask(redis.hmget(keys.hostFiles, ...hostIds)) : []
      const found = new Map<string, FoundFiles>()
      const used = new Map<string, StoredFileChoices>()
      for (const [hostId, { at, digest, asked }] of stamps) {
        const text = texts[hostIds.indexOf(hostId)] ?? null
        const choices = read.get(digest) ?? readLists(text)
        if (!choices) continue
        // another worker may have written since
        used.set(text === null ? digest : digestOf(text), choices)
        found.set(hostId, { choices, at, askedAt: new Map(asked) })
      }
      read = used
      return found
    },
  }

  async function forget(hostId: string): Promise<void> {
    await ask(redis.hdel(keys.hostFilesAt, hostId))
    await ask(redis.hdel(keys.hostFiles, hostId))
  }
}

function digestOf(json: string): string {
  return createHash('sha256').update(json).digest('base64url')
}

function latest(asked: [string, number][]): [string, number][] {
  return asked.toSorted(([, one], [, other]) => other - one).slice(0, MOST_ASKED)
}

function latestOf({ at, asked }: Stamp): number {
  return Math.max(at, ...asked.map(([, askedAt]) => askedAt))
}

function merge(mine: Stamp, theirs: Stamp): Stamp {
  const asked = new Map(theirs.asked)
  for (const [name, at] of mine.asked) asked.set(name, Math.max(at, asked.get(name) ?? 0))
  return { ...mine, at: Math.max(mine.at, theirs.at), asked: latest([...asked]) }
}

/** Null for what cannot be read: a worker of another version may write it otherwise. */
function readStamp(json: string | null): Stamp | null {
  try {
    return stampSchema.safeParse(JSON.parse(json ?? 'null')).data ?? null
  } catch {
    return null
  }
}

function readLists(json: string | null): StoredFileChoices | null {
  try {
    return json === null ? null : readFileLists(json)
  } catch {
    return null
  }
}
