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

/**
 * Some entries at a time. Others take entries out and put some in meanwhile: whoever goes on is asked for by where the
 * last one was, not by how many came before, so none that stays is passed over, and none comes twice.
 */
export async function* newestFirst(
  redis: Redis,
  zset: string,
  { start, since, until }: Stretch,
): AsyncGenerator<Place[]> {
  const to = since === undefined ? '-inf' : String(since)
  let last = start
  /** Of its millisecond, up to the last one: these are read again. */
  let again = 0
  while (true) {
    const from = last ? String(last.at) : until === undefined ? '+inf' : `(${until}`
    const most = again + BATCH
    const range = await ask(redis.zrevrangebyscore(zset, from, to, 'WITHSCORES', 'LIMIT', 0, most))
    const entries = toPlaces(range)
    const after = last
    const found = after ? entries.filter((entry) => isAfter(entry, after)) : entries
    yield found
    if (entries.length < most) return
    last = found.at(-1) ?? last
    again = entries.filter(({ at }) => at === last?.at).length
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
