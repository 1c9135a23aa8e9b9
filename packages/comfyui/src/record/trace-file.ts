/** Writes a trace as it happens: the format of traces/README.md, one line per call or frame. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { TraceHeader } from '../replay/trace-format.ts'

export interface RecordedCall {
  method: string
  path: string
  body: unknown
  status: number
  contentType: string
  response: unknown
  ms: number
}

export interface RecordedFrame {
  sock: string
  ev: 'open' | 'send' | 'text' | 'binary' | 'close'
  clientId?: string | null
  text?: string
  base64?: string
  code?: number | null
}

export interface TraceFile {
  /** Milliseconds since the trace began. */
  now(): number
  /** @param startedAt what `now` said when the call was made: its place in time */
  call(call: Omit<RecordedCall, 'ms'>, startedAt: number): void
  frame(frame: RecordedFrame): void
  /** Lines written so far, header included. */
  readonly lines: number
  close(): Promise<void>
}

/** Keys of paid nodes: the one secret a submit carries. */
const SECRETS = new Set(['api_key_comfy_org', 'auth_token_comfy_org'])

/** @throws the file system's error when the file cannot be written */
export async function openTraceFile(path: string, header: TraceHeader): Promise<TraceFile> {
  const stream = createWriteStream(path)
  await once(stream, 'open')
  const zero = performance.now()
  let lines = 0
  const write = (line: object) => {
    lines += 1
    stream.write(
      `${JSON.stringify(line, (key, value: unknown) => (SECRETS.has(key) ? '' : value))}\n`,
    )
  }
  const now = () => round(performance.now() - zero)
  write(header)
  return {
    now,
    call({ method, path, body, status, contentType, response }, startedAt) {
      const ms = round(now() - startedAt)
      write({ t: startedAt, ch: 'http', method, path, body, status, contentType, response, ms })
    },
    frame: (frame) => write({ t: now(), ch: 'ws', ...frame }),
    get lines() {
      return lines
    },
    async close() {
      stream.end()
      await once(stream, 'close')
    },
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
