/** The node classes of each host, written once however many hosts have the same, and read once by each process. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { olderClassesSchema, type StoredNodeClasses } from '../node-classes.ts'
import type { Now } from '../redis-time.ts'
import { ask } from '../redis-unavailable.ts'
import { readNodeClasses, writeNodeClasses } from './class-text.ts'

/**
 * KEYS 1 stamps (HASH hostId → JSON) · 2 texts (HASH digest → JSON)
 * ARGV 1 hostId · 2 its stamp, or nothing to forget it · 3 digest · 4 the text, or nothing when it should be there
 * Returns 0 when it is not: then nothing was written. A text that no stamp names any more is removed.
 * Channels: none.
 */
const SAVE: Script = {
  name: 'safelightSaveNodeClasses',
  lua: `
if ARGV[2] ~= '' and redis.call('HEXISTS', KEYS[2], ARGV[3]) == 0 then
  if ARGV[4] == '' then return 0 end
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
end
local before = redis.call('HGET', KEYS[1], ARGV[1])
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
local old = before and string.match(before, '"digest":"([%w_-]+)"')
if old and (ARGV[2] == '' or old ~= ARGV[3]) then
  for _, stamp in ipairs(redis.call('HVALS', KEYS[1])) do
    if string.find(stamp, '"digest":"' .. old .. '"', 1, true) then return 1 end
  end
  redis.call('HDEL', KEYS[2], old)
end
return 1
`,
}

const stampSchema = z.union([
  z.object({ at: z.number(), digest: z.string() }),
  // of a worker of an earlier version
  z.object({ at: z.number(), classes: olderClassesSchema }),
])

export interface ClassRecords {
  save(hostId: string, classes: StoredNodeClasses): Promise<void>
  /**
   * hostId → classes. Hosts with the same ones share an object.
   * @param seen hostId → when it was last seen, of those that were
   */
  load(seen: ReadonlyMap<string, number>): Promise<Map<string, StoredNodeClasses>>
}

export interface ClassRecordsDeps {
  redis: Redis
  keys: Keys
  now: Now
  /** How long a host is remembered that nobody sees. */
  hostKnownMs: number
}

export function createClassRecords({
  redis,
  keys,
  now,
  hostKnownMs,
}: ClassRecordsDeps): ClassRecords {
  const save = bindScript(redis, SAVE)
  const names = [keys.nodeClasses, keys.nodeClassTexts]
  const digests = new WeakMap<StoredNodeClasses, string>()
  /** Digest → what it is of. */
  let read = new Map<string, StoredNodeClasses>()

  async function readMissing(digests: ReadonlySet<string>): Promise<void> {
    const missing = [...digests].filter((digest) => !read.has(digest))
    const texts = missing.length > 0 ? await ask(redis.hmget(keys.nodeClassTexts, ...missing)) : []
    const found = missing.flatMap((digest, at) => {
      const classes = readText(texts[at] ?? null)
      return classes ? [[digest, classes] as const] : []
    })
    const kept = [...read].filter(([digest]) => digests.has(digest))
    read = new Map([...kept, ...found])
  }

  return {
    async save(hostId, classes) {
      // most hosts of a fleet are alike: the text is written and sent for the first of them
      const digest = digests.get(classes) ?? writeNodeClasses(classes).digest
      digests.set(classes, digest)
      const stamp = JSON.stringify({ at: await now(), digest })
      if ((await save(names, [hostId, stamp, digest, ''])) === 0)
        await save(names, [hostId, stamp, digest, writeNodeClasses(classes).text])
    },
    async load(seen) {
      const knownSince = (await now()) - hostKnownMs
      const stamps = new Map<string, z.output<typeof stampSchema>>()
      for (const [hostId, json] of Object.entries(await ask(redis.hgetall(keys.nodeClasses)))) {
        const stamp = readStamp(json)
        if (!stamp) continue
        if (Math.max(stamp.at, seen.get(hostId) ?? 0) >= knownSince) stamps.set(hostId, stamp)
        else await save(names, [hostId, '', '', ''])
      }
      const used = [...stamps.values()].flatMap((stamp) =>
        'digest' in stamp ? [stamp.digest] : [],
      )
      await readMissing(new Set(used))
      return new Map(
        [...stamps].flatMap(([hostId, stamp]) => {
          const classes = 'digest' in stamp ? read.get(stamp.digest) : stamp.classes
          return classes ? [[hostId, classes] as const] : []
        }),
      )
    },
  }
}

/** Null for what cannot be read: one host's entry must not hide the others. */
function readStamp(json: string): z.output<typeof stampSchema> | null {
  try {
    return stampSchema.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}

function readText(text: string | null): StoredNodeClasses | null {
  try {
    return text === null ? null : readNodeClasses(text)
  } catch {
    return null
  }
}
