/** How many event streams or sockets may be open, in all and per client address, and what is refused for it. */
import { ApiError } from '@safelight/shared'

export interface ClientLimits {
  /** Counts one in and returns what counts it out (once); throws `too_many_streams` when it is one too many. */
  admit(client: string): () => void
  hasRoom(client: string): boolean
  holds(): { total: number; clients: number; perClient: number; perProcess: number | null }
}

export function createClientLimits(limits: {
  /** In words, for whoever is refused. */
  what: string
  perClient: () => number
  perProcess: () => number
}): ClientLimits {
  const perClient = new Map<string, number>()
  let total = 0
  const hasRoom = (client: string) =>
    (perClient.get(client) ?? 0) < limits.perClient() && total < limits.perProcess()
  return {
    hasRoom,
    holds: () => ({
      total,
      clients: perClient.size,
      perClient: limits.perClient(),
      // there may be none: JSON knows no infinity
      perProcess: Number.isFinite(limits.perProcess()) ? limits.perProcess() : null,
    }),
    admit(client) {
      if (!hasRoom(client)) {
        throw new ApiError(
          'too_many_streams',
          `Too many ${limits.what} are open. Close one first.`,
          { retryAfterSeconds: 5 },
        )
      }
      const own = perClient.get(client) ?? 0
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
