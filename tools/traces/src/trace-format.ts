/** The trace format (traces/README.md), read and written: a header line, then HTTP calls and socket frames with their time. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { parseLenientJson } from '@safelight/comfyui'
import type { RawData } from 'ws'
import { z } from 'zod'

const traceHeaderSchema = z.looseObject({
  trace: z.number(),
  scenario: z.string().optional(),
  description: z.string().optional(),
  comfyui: z.string().optional(),
  nodes: z.string().optional(),
  recorded: z.string().optional(),
})
export type TraceHeader = z.infer<typeof traceHeaderSchema>

/** Some recordings keep the answer as the text it came in, NaN and all. */
const bodySchema = z
  .unknown()
  .optional()
  .transform((body) => {
    if (typeof body !== 'string') return body
    try {
      return parseLenientJson(body)
    } catch {
      return body
    }
  })

const httpLineSchema = z.object({
  t: z.number(),
  ch: z.literal('http'),
  method: z.string(),
  path: z.string(),
  body: bodySchema,
  status: z.number(),
  /** Empty where the recording left it out. */
  contentType: z.string().default(''),
  response: bodySchema,
})

const onSocket = { t: z.number(), ch: z.literal('ws'), sock: z.string() }
const socketLineSchema = z.discriminatedUnion('ev', [
  z.object({ ...onSocket, ev: z.literal('open'), clientId: z.string().nullable() }),
  z.object({ ...onSocket, ev: z.literal('send'), text: z.string() }),
  z.object({ ...onSocket, ev: z.literal('text'), text: z.string() }),
  z.object({ ...onSocket, ev: z.literal('binary'), base64: z.string() }),
  z.object({ ...onSocket, ev: z.literal('close'), code: z.number().nullish() }),
])
const lineSchema = z.discriminatedUnion('ch', [httpLineSchema, socketLineSchema])

export type HttpLine = z.infer<typeof httpLineSchema>
export type SocketLine = z.infer<typeof socketLineSchema>
export type TraceLine = HttpLine | SocketLine

export interface Trace {
  header: TraceHeader
  lines: TraceLine[]
}

/** A file that is no trace; the message says which line and why. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}

/** @throws TraceError */
export function parseTrace(text: string): Trace {
  const rows = text.split('\n').map((row, index) => ({ row, at: index + 1 }))
  const [first, ...rest] = rows.filter(({ row }) => row.trim() !== '')
  const header = first && traceHeaderSchema.safeParse(parseRow(first.row, first.at))
  if (!header?.success) throw new TraceError('line 1: not a trace header')
  return { header: header.data, lines: rest.map(({ row, at }) => parseLine(row, at)) }
}

function parseLine(row: string, at: number): TraceLine {
  const line = lineSchema.safeParse(parseRow(row, at))
  if (!line.success) throw new TraceError(`line ${at}: ${z.prettifyError(line.error)}`)
  return line.data
}

function parseRow(row: string, at: number): unknown {
  try {
    return JSON.parse(row)
  } catch {
    throw new TraceError(`line ${at}: not JSON`)
  }
}

/** What a host sent over a socket. */
export type ReceivedFrame = { ev: 'text'; text: string } | { ev: 'binary'; base64: string }
export type RecordedFrame = { sock: string } & (
  | ReceivedFrame
  | { ev: 'open'; clientId: string | null }
  | { ev: 'send'; text: string }
  | { ev: 'close'; code: number }
)
export type RecordedCall = Omit<HttpLine, 't' | 'ch'>

/** A received frame as a trace keeps it. */
export function toFrame(data: RawData, isBinary: boolean): ReceivedFrame {
  const bytes = Buffer.isBuffer(data)
    ? data
    : Array.isArray(data)
      ? Buffer.concat(data)
      : Buffer.from(data)
  return isBinary
    ? { ev: 'binary', base64: bytes.toString('base64') }
    : { ev: 'text', text: bytes.toString() }
}

/** An HTTP body as a trace keeps it: JSON, text, or base64. JSON that only Python would write (NaN) stays the text it came in. */
export function toBody(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return ''
  const text = bytes.toString()
  // many clients send JSON under another name, and the host reads it whatever it is called
  if (contentType.includes('json') || /^[[{]/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return /^(?:text\/|$)/.test(contentType) ? text : { base64: bytes.toString('base64') }
}

export interface TraceWriter {
  /** A call begins: its line stands where it began. @returns what ends it; null leaves no line */
  begin(): (call: RecordedCall | null) => void
  frame(frame: RecordedFrame): void
  /** Lines so far, header included. */
  readonly lines: number
  close(): Promise<void>
}

/** Keys of paid nodes: the one secret a submit carries. */
const SECRETS = new Set(['api_key_comfy_org', 'auth_token_comfy_org'])

/** Writes a trace as it happens. @throws the file system's error when the file cannot be written */
export async function openTraceWriter(path: string, header: TraceHeader): Promise<TraceWriter> {
  const stream = createWriteStream(path)
  await once(stream, 'open')
  const zero = performance.now()
  const now = () => Math.round((performance.now() - zero) * 10) / 10
  // frames received while a call is under way wait for its line, which comes before theirs
  let waiting: ({ t: number; ch: string } & ((RecordedCall & { ms: number }) | RecordedFrame))[] =
    []
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
  const add = (line: (typeof waiting)[number]) => {
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
        if (call) add({ t, ch: 'http', ...call, ms: Math.round((now() - t) * 10) / 10 })
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
