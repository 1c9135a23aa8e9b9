/**
 * What is said when Redis was told to accept a job and its answer does not come: the job may be there
 * or not. The client hears its id instead of "nothing was accepted, try again", which would make two
 * jobs of one. The accept is not taken back: that needs the same Redis that does not answer, and a
 * job that was heard of by then (a worker has it, its key was used) would be lost.
 */
import { ApiError } from '@safelight/shared'
import { RedisUnavailable } from '@safelight/store'

export function maybeAccepted(jobId: string, cause?: unknown): ApiError {
  return new ApiError(
    'unavailable',
    'The store did not answer in time: the job may have been accepted. Ask for it by its id, or send the request again with the same Idempotency-Key.',
    { details: { job_id: jobId, maybe_accepted: true }, retryAfterSeconds: 2, cause },
  )
}

/** Makes the job; every failure that leaves it open whether it was made says so. */
export async function acceptOrTell<T>(jobId: string, accept: () => Promise<T>): Promise<T> {
  try {
    return await accept()
  } catch (error) {
    // any other reason is a reply: Redis has refused it
    const isOpen = error instanceof RedisUnavailable && error.reason === 'away'
    throw isOpen ? maybeAccepted(jobId, error) : error
  }
}
