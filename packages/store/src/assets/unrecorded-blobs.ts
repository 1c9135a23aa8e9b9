/** Assets of versions before 0.2: their blobs have no record, so that only the assets themselves tell which are needed. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'

const hashSchema = z.object({ hash: z.string() })
const AT_ONCE = 1_000

/**
 * The hashes of all assets, as `blake3:<hex>`. Looks at every key there is: not to be asked often.
 * @throws ZodError, SyntaxError when there is one that cannot be read: it may need anything
 */
export async function listHashes({
  redis,
  keys,
}: {
  redis: Redis
  keys: Keys
}): Promise<Set<string>> {
  const hashes = new Set<string>()
  const records = keys.asset('*')
  let cursor = '0'
  do {
    const [next, names] = await ask(redis.scan(cursor, 'MATCH', records, 'COUNT', AT_ONCE))
    const found = names.filter((name) => !name.endsWith(':holds'))
    const texts = found.length > 0 ? await ask(redis.mget(...found)) : []
    for (const text of texts) if (text !== null) hashes.add(hashSchema.parse(JSON.parse(text)).hash)
    cursor = next
  } while (cursor !== '0')
  return hashes
}
