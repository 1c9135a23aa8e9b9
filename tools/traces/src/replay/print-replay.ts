/** What is printed of a recorded session that is replayed. */
import { readFileSync } from 'node:fs'
import { parseTrace, TraceError } from '../trace-format.ts'
import { replayTrace } from './replay.ts'

export interface ReplayPrint {
  /** Its job events, one JSON object per line. */
  stdout: string
  /** Lines of what could not be read of it. */
  stderr: string
  ok: boolean
}

/** @param name what its user calls the file at `path` */
export function printReplay(name: string, path: string): ReplayPrint {
  try {
    const { events, unknown } = replayTrace(parseTrace(readFileSync(path, 'utf8')))
    return {
      stdout: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
      stderr: [...unknown]
        .map(([type, count]) => `${name}: unknown message ${type}, ${count} times\n`)
        .join(''),
      ok: true,
    }
  } catch (error) {
    return { stdout: '', stderr: `${name}: ${toReason(error)}\n`, ok: false }
  }
}

function toReason(error: unknown): string {
  if (error instanceof TraceError) return error.message
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EISDIR') return 'is a folder'
  return error instanceof Error ? error.message : 'cannot be read'
}
