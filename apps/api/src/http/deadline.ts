/** No request waits for a store that does not answer. */
import { type Clock, startTimeLimit } from '@safelight/runtime'
import { unavailable } from './envelope.ts'

export interface RequestDeadline {
  clock: Clock
  ms: number
}

/** Rejects with `unavailable` when the work takes longer; the work itself goes on without us. */
export async function withDeadline<T>(
  work: Promise<T>,
  { clock, ms }: RequestDeadline,
): Promise<T> {
  let callOff = () => {}
  const late = new Promise<never>((_resolve, reject) => {
    const onExpired = () => reject(unavailable(new Error(`no answer within ${ms} ms`)))
    callOff = startTimeLimit({ ms, clock, onExpired })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    callOff()
  }
}
