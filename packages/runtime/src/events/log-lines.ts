/** Log lines that are made from events: a fact is told once, and a line is one way to hear of it. */
import type { EventMap, Listening } from './event-bus.ts'
import type { CommonEvents } from './process-events.ts'
import type { Sparing } from './sparing.ts'

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  text: string
  fields: Record<string, unknown>
  /** Of lines that have this in common only the first is written, and how many came after it (sparing.ts). */
  alike?: string
}

/** Event → its line; null for one that is not worth a line. Other events have none. */
export type LogLines<Events extends EventMap> = {
  [Name in keyof Events]?: (body: Events[Name]) => LogLine | null
}

/** @returns writes no more */
export function writeLines<Events extends EventMap>(
  events: Listening<Events>,
  lines: LogLines<Events>,
  { say }: Pick<Sparing, 'say'>,
): () => void {
  const stops = keysOf(lines).map((name) => {
    const toLine = lines[name]
    return events.on(name, (body) => {
      const line = toLine?.(body)
      if (line) say(line)
    })
  })
  return () => {
    for (const stop of stops) stop()
  }
}

function keysOf<Table extends object>(table: Table): (keyof Table & string)[] {
  return Object.keys(table) as (keyof Table & string)[]
}

export const COMMON_LINES: LogLines<CommonEvents> = {
  'redis:away': ({ role, error, why }) => ({
    level: 'warn',
    text: why === 'denied' ? 'Redis does not accept our user or password' : 'Redis is away',
    fields: { redis: role, reason: why, ...(error !== undefined && { err: error }) },
  }),
  // whoever asked is silent about it: that it is away is told as such, what is our own mistake by whoever made it, and all else here
  'redis:failed': ({ role, why, reply }) =>
    reply === null || why === 'other'
      ? null
      : {
          level: 'warn',
          text: 'Redis refuses what it is asked',
          fields: { redis: role, reason: why, reply },
          alike: `redis ${role} ${why} ${reply}`,
        },
  'redis:back': ({ role }) => ({ level: 'info', text: 'Redis is back', fields: { redis: role } }),
  'job:ended': ({ jobId, was, status, code, times }) => {
    if (was === 'queued' && (code === 'timeout' || code === 'expired')) {
      const fields = { jobId, outcome: status }
      return { level: 'info', text: 'job ended in line: too late', fields }
    }
    const fields = { jobId, outcome: status, ...(code !== null && { code }), phases: times }
    return { level: 'info', text: 'job finished', fields }
  },
  'reconciler:found': (found) => ({
    level: 'info',
    text: 'queues and records disagreed',
    fields: { ...found },
  }),
}
