/** The trace format (traces/README.md): a header line, then HTTP calls and socket frames with their time. */
import { z } from 'zod'
import { parseLenientJson } from '@safelight/comfyui'

export const traceHeaderSchema = z.looseObject({
  trace: z.number(),
  scenario: z.string().optional(),
  description: z.string().optional(),
  comfyui: z.string().optional(),
  nodes: z.string().optional(),
  recorded: z.string().optional(),
})
export type TraceHeader = z.infer<typeof traceHeaderSchema>

/** Some recordings keep the answer as the text it came in, NaN and all. */
const answerSchema = z
  .unknown()
  .optional()
  .transform((answer) => {
    if (typeof answer !== 'string') return answer
    try {
      return parseLenientJson(answer)
    } catch {
      return answer
    }
  })

const httpLineSchema = z.looseObject({
  t: z.number(),
  ch: z.literal('http'),
  method: z.string(),
  path: z.string(),
  body: answerSchema,
  status: z.number(),
  response: answerSchema,
})
const socketLineSchema = z.looseObject({
  t: z.number(),
  ch: z.literal('ws'),
  sock: z.string(),
  ev: z.string(),
  clientId: z.string().nullish(),
  text: z.string().optional(),
  base64: z.string().optional(),
})

export type HttpLine = z.infer<typeof httpLineSchema>
export type SocketLine = z.infer<typeof socketLineSchema>
export type TraceLine = HttpLine | SocketLine

const lineSchema = z.discriminatedUnion('ch', [httpLineSchema, socketLineSchema])

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
