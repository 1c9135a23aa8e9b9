/** Ids of server-sent events: `<seq>`. A client that comes back may add the stamp it was sent: `<seq>-<stamp>`. */
import type { LastEvent } from '../watch/watcher.ts'

export function toEventId({ seq }: { seq: number }): string {
  return String(seq)
}

/** What is not one of our ids counts as none, and a snapshot is always right. A bare number is taken at its word; a stamp is checked. */
export function toLastEvent(id: string | undefined): LastEvent | undefined {
  const [, seq, stamp] = /^(\d{1,15})(?:-([\w-]{1,64}))?$/.exec(id ?? '') ?? []
  return seq === undefined ? undefined : { seq: Number(seq), stamp }
}
