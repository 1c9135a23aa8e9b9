/** Ids of server-sent events: `<seq>-<stamp>`, so that one says which event of which history it is. */
import type { Position } from '../feed/watcher.ts'

export function toEventId({ seq, stamp }: { seq: number; stamp: string }): string {
  return `${seq}-${stamp}`
}

/** What is not one of our ids counts as none, and a snapshot is always right. A bare number is taken at its word. */
export function toPosition(id: string | undefined): Position | undefined {
  const [, seq, stamp] = /^(\d{1,15})(?:-([\w-]{1,64}))?$/.exec(id ?? '') ?? []
  return seq === undefined ? undefined : { seq: Number(seq), stamp }
}
