/** Where a job that is in no place has to go: what its record says of what was begun. */
import type { Snapshot } from '@safelight/shared'
import { parseAttempt } from '../jobs/attempt-record.ts'
import { isUnreadable } from '../jobs/record.ts'
import type { AttemptRecord } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { ReconcilerDeps } from './reconciler.ts'

export interface Begun {
  /** `unread`: whoever takes its ticket ends it. Null: there is no record. */
  snapshot: Snapshot | 'unread' | null
  attempt: AttemptRecord | null
}

export async function readBegun(
  { redis, keys, store }: Pick<ReconcilerDeps, 'redis' | 'keys' | 'store'>,
  jobId: string,
): Promise<Begun> {
  try {
    const snapshot = await store.load(jobId)
    const attempt = parseAttempt(await ask(redis.hget(keys.job(jobId), 'run')))
    return { snapshot, attempt }
  } catch (error) {
    if (isUnreadable(error)) return { snapshot: 'unread', attempt: null }
    throw error
  }
}

/** The host where its prompt is. One that waits has none, and one whose attempt has failed begins anew, wherever that may be. */
export function hostOf(
  snapshot: Snapshot | 'unread',
  attempt: AttemptRecord | null,
): string | null {
  if (snapshot === 'unread' || !attempt) return null
  if (snapshot.status === 'canceling') return attempt.hostId
  const hasFailed = attempt.failures.at(-1)?.attempt === snapshot.attempt && !attempt.harvest
  return snapshot.status === 'running' && !hasFailed ? attempt.hostId : null
}
