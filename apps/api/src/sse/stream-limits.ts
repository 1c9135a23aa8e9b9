/** How many event streams may be open, in all and per client, and what is refused for it. */
import { ApiError } from '@safelight/shared'

export interface StreamLimits {
  /** Counts a stream in and returns what counts it out (once); throws `too_many_streams` when it is one too many. */
  admit(client: string): () => void
}

export function createStreamLimits(limits: {
  perClient: number
  perProcess: number
}): StreamLimits {
  const perClient = new Map<string, number>()
  let total = 0
  return {
    admit(client) {
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
      let open = true
      return () => {
        if (!open) return
        open = false
        total -= 1
        const left = (perClient.get(client) ?? 1) - 1
        if (left > 0) perClient.set(client, left)
        else perClient.delete(client)
      }
    },
  }
}
