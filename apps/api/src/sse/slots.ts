/** How many event streams are open, in all and per client, and what is refused for it. */
import { ApiError } from '@safelight/shared'

export interface Slots {
  /** Takes a place and returns what gives it back (once); throws `too_many_streams` when there is none. */
  take(client: string): () => void
}

export function createSlots(limits: { perClient: number; perProcess: number }): Slots {
  const perClient = new Map<string, number>()
  let total = 0
  return {
    take(client) {
      const own = perClient.get(client) ?? 0
      if (own >= limits.perClient || total >= limits.perProcess) {
        throw new ApiError(
          'too_many_streams',
          'Too many event streams are open. Close one first.',
          {
            retryAfterSeconds: 5,
          },
        )
      }
      perClient.set(client, own + 1)
      total += 1
      let taken = true
      return () => {
        if (!taken) return
        taken = false
        total -= 1
        const left = (perClient.get(client) ?? 1) - 1
        if (left > 0) perClient.set(client, left)
        else perClient.delete(client)
      }
    },
  }
}
