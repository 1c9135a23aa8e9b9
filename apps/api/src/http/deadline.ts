/** No request waits for a store that does not answer. */
import { unavailable } from './envelope.ts'

/** Below the two seconds in which a client must know that Redis is away. */
export const DEADLINE_MS = 1_800

/** Rejects with `unavailable` when the work takes longer; the work itself goes on unheard. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable(new Error(`no answer within ${ms} ms`))), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
