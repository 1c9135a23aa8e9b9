/** Reading an index (ZSET by ms) from its newest entry down, page by page. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { ask } from './redis-unavailable.ts'

const BATCH = 100
/** A rare match far back must not turn one request into a walk over everything: the page ends, with a cursor. */
export const SCAN_AT_MOST = 1_000

/** An entry, and so also where a page ended; as a cursor it is opaque to the client. */
export interface Place {
  id: string
  /** ms since the epoch */
  at: number
}

export interface Stretch {
  /** Only what comes after it. */
  start: Place | null
  /** ms since the epoch, inclusive */
  since?: number | undefined
  /** ms since the epoch, exclusive */
  until?: number | undefined
}

/** Some entries at a time; nothing may be taken out of the index meanwhile, or the rest shifts. */
export async function* newestFirst(
  redis: Redis,
  zset: string,
  { start, since, until }: Stretch,
): AsyncGenerator<Place[]> {
  const from = start ? String(start.at) : until === undefined ? '+inf' : `(${until}`
  const to = since === undefined ? '-inf' : String(since)
  for (let offset = 0; ; offset += BATCH) {
    const range = await ask(
      redis.zrevrangebyscore(zset, from, to, 'WITHSCORES', 'LIMIT', offset, BATCH),
    )
    const entries = toPlaces(range)
    yield entries.filter((entry) => !start || isAfter(entry, start))
    if (entries.length < BATCH) return
  }
}

function toPlaces(range: string[]): Place[] {
  const places: Place[] = []
  for (let at = 0; at + 1 < range.length; at += 2) {
    places.push({ id: range[at] ?? '', at: Number(range[at + 1]) })
  }
  return places
}

/** Entries of the same millisecond are ordered by their id, as Redis orders them, downwards. */
export function isAfter(entry: Place, start: Place): boolean {
  return entry.at === start.at ? entry.id < start.id : entry.at < start.at
}

const cursorSchema = z.tuple([z.number(), z.string()])

/** The cursor is not one of ours: the client's mistake. */
export class InvalidCursor extends Error {
  readonly code = 'invalid_cursor'

  constructor() {
    super('the cursor is not one that a previous page gave')
    this.name = 'InvalidCursor'
  }
}

export function encodeCursor({ at, id }: Place): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

export function decodeCursor(cursor: string): Place {
  try {
    const json: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const [at, id] = cursorSchema.parse(json)
    return { at, id }
  } catch {
    throw new InvalidCursor()
  }
}
