/** Ids of server-sent events: `<seq>`. A client that comes back may add the stamp it was told: `<seq>-<stamp>`. */
import type { Position } from '../feed/watcher.ts'

export function toEventId({ seq }: { seq: number }): string {
  return String(seq)
}

/** What is not one of our ids counts as none, and a snapshot is always right. A bare number is taken at its word; a stamp is checked. */
export function toPosition(id: string | undefined): Position | undefined {
  const [, seq, stamp] = /^(\d{1,15})(?:-([\w-]{1,64}))?$/.exec(id ?? '') ?? []
  return seq === undefined ? undefined : { seq: Number(seq), stamp }
}
