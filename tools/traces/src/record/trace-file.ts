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
  /** A call begins: its line stands where it began. @returns what ends it; null leaves no line */
  begin(): (call: RecordedCall | null) => void
  frame(frame: RecordedFrame): void
  /** Lines so far, header included. */
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
  const now = () => Math.round((performance.now() - zero) * 10) / 10
  // frames heard while a call is under way wait for its line, which comes before theirs
  let waiting: { t: number }[] = []
  let underWay = 0
  let lines = 0

  const write = (line: object) => {
    lines += 1
    const hide = (key: string, value: unknown) => (SECRETS.has(key) ? '' : value)
    stream.write(`${JSON.stringify(line, hide)}\n`)
  }
  const flush = () => {
    for (const line of waiting.toSorted((a, b) => a.t - b.t)) write(line)
    waiting = []
  }
  const add = (
    line: { t: number; ch: string } & Partial<RecordedCall & RecordedFrame & { ms: number }>,
  ) => {
    waiting.push(line)
    if (underWay === 0) flush()
  }

  write(header)
  return {
    begin() {
      const t = now()
      underWay += 1
      return (call) => {
        underWay -= 1
        const ms = Math.round((now() - t) * 10) / 10
        if (call) add({ t, ch: 'http', ...call, ms })
        else if (underWay === 0) flush()
      }
    },
    frame: (frame) => add({ t: now(), ch: 'ws', ...frame }),
    get lines() {
      return lines + waiting.length
    },
    async close() {
      flush()
      stream.end()
      await once(stream, 'close')
    },
  }
}
