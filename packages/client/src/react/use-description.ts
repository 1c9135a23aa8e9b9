/** `useDescription`: a generation in words, which change by the second while it runs. */
import {
  type BatchPlace,
  describeJob,
  isOfNow,
  type JobDescription,
} from '../describe/describe-job.ts'
import type { Generation } from './use-generation.ts'
import { useNow } from './use-now.ts'

export interface DescriptionOptions {
  /** Which of how many; otherwise what the job's metadata says. */
  batch?: BatchPlace | undefined
  /** Milliseconds without movement from which on it is said; 60 s unless given. */
  stalledAfterMs?: number | undefined
  /** The clock, ms since the epoch; always the same function. `Date.now` unless given. */
  now?: (() => number) | undefined
}

export function useDescription(
  { update, connection }: Generation,
  { batch, stalledAfterMs, now }: DescriptionOptions = {},
): JobDescription {
  return describeJob(update, {
    // what has ended, waits or cannot be heard says the same next second
    now: useNow(isOfNow(update, connection), now),
    connection,
    batch,
    stalledAfterMs,
  })
}
