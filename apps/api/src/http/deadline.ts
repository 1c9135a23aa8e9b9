/** No request waits for a store that does not answer. */
import { type Clock, startTimeLimit } from '@safelight/runtime'
import type { ApiError } from '@safelight/shared'
import { unavailable } from './envelope.ts'

export interface RequestDeadline {
  clock: Clock
  ms: number
}

/**
 * Rejects with `unavailable` when the work takes longer; the work itself goes on without us.
 * @param whenLate what to say then, if more is known
 */
export async function withDeadline<T>(
  work: Promise<T>,
  { clock, ms }: RequestDeadline,
  whenLate: () => ApiError | null = () => null,
): Promise<T> {
  let callOff = () => {}
  const late = new Promise<never>((_resolve, reject) => {
    const onExpired = () => {
      reject(whenLate() ?? unavailable(new Error(`no answer within ${ms} ms`)))
    }
    callOff = startTimeLimit({ ms, clock, onExpired })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    callOff()
  }
}
