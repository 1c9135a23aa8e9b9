/** What the parts of the job store share: the client, the names, the clock and the retention. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Keys } from '../keys.ts'

export interface StoreContext {
  redis: Redis
  keys: Keys
  now: () => number
  /** How long a job and its outputs are kept after its end. */
  retentionMs: number
  /** The same for a job that used up its attempts; never less. */
  deadLetterRetentionMs: number
}

/** Whose jobs the index lists. One owner until accounts exist. */
export const OWNER = 'default'

const HOUR_MS = 3_600_000
export const DEFAULT_RETENTION_MS = 24 * HOUR_MS
export const DEFAULT_DEAD_LETTER_RETENTION_MS = 7 * 24 * HOUR_MS
/** The record outlasts `expiresAt`, so that nobody who trusts that time finds it gone. */
export const RECORD_SLACK_MS = HOUR_MS
/** Events are for watchers who come back; after the end the snapshot tells it all. */
export const STREAM_AFTER_END_MS = HOUR_MS
export const IDEMPOTENCY_MS = 24 * HOUR_MS
/** A job that waits longer than this runs without its `extra_data`: a credential must not lie around for ever. */
export const SECRETS_MS = 24 * HOUR_MS
/** A few minutes of a busy job; who was away longer gets the snapshot. */
export const STREAM_LENGTH = 512

/** Names one event among all that may ever have had its number. Eight characters: it travels with every event. */
export function newStamp(): string {
  return randomBytes(6).toString('base64url')
}
