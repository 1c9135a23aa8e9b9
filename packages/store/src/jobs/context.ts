/** What the parts of the job store share: the client, the names, the clock and the retention. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Keys } from '../keys.ts'
import type { Now } from '../redis-time.ts'
import type { SecretBox } from '../secret-box.ts'
import type { StoreTimings } from '../timings.ts'

export interface StoreContext {
  redis: Redis
  keys: Keys
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

/** Names one event among all that may ever have had its number. Eight characters: it travels with every event. */
export function newEventId(): string {
  return randomBytes(6).toString('base64url')
}
