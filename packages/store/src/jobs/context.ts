/** What the parts of the job store share: the client, the names, the clock and the retention. */
import { randomFillSync } from 'node:crypto'
import type { CommonEvents, Emit } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import type { Keys } from '../keys.ts'
import type { Now } from '../redis-time.ts'
import type { SecretBox } from '../secret-box.ts'
import type { StoreTimings } from '../timings.ts'

export interface StoreContext {
  redis: Redis
  keys: Keys
  emit: Emit<CommonEvents>
  now: Now
  /** How long a job and its outputs are kept after its end. */
  retentionMs: number
  /** The same for a job that used up its attempts; never less. */
  deadLetterRetentionMs: number
  /** For `extra_data`. */
  secrets: SecretBox
  timings: StoreTimings
}

/** Whose jobs the index lists. One owner until accounts exist. */
export const OWNER = 'default'

/** A few minutes of a busy job; who was away longer gets the snapshot. */
export const STREAM_LENGTH = 512

const ID_BYTES = 6
/** A call for random bytes costs the same for one id and for many. */
const random = Buffer.alloc(ID_BYTES * 256)
let used = random.length

/** Names one event among all that may ever have had its number. Eight characters: it travels with every event. */
export function newEventId(): string {
  if (used === random.length) {
    randomFillSync(random)
    used = 0
  }
  used += ID_BYTES
  return random.toString('base64url', used - ID_BYTES, used)
}
