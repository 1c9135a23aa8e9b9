/** A collector of traces for tests: takes OTLP over HTTP as JSON, and keeps every span. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

export interface ReceivedSpan {
  name: string
  traceId: string
  spanId: string
  /** Null for a root. */
  parentSpanId: string | null
  /** ms since the epoch. */
  startMs: number
  endMs: number
  attributes: Record<string, unknown>
  status: 'unset' | 'ok' | 'error'
  events: string[]
  /** Ids of spans. */
  links: string[]
  /** Of its resource. */
  service: string
}

export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  url: string
  spans: ReceivedSpan[]
  /** How many batches came. */
  batches(): number
  /** Answers 400 from now on, or no longer: nobody tries the same again after that. */
  refuse(refuses: boolean): void
  close(): Promise<void>
}

const valueSchema = z.record(z.string(), z.unknown())
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .default([])
  .transform((all) =>
    Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]])),
  )
const nanos = z.union([z.string(), z.number()]).transform((value) => Number(value) / 1e6)
const spanSchema = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes: attributesSchema,
  status: z.object({ code: z.int().default(0) }).optional(),
  events: z.array(z.object({ name: z.string() })).default([]),
  links: z.array(z.object({ spanId: z.string() })).default([]),
})
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
})

const STATUS = ['unset', 'ok', 'error'] as const

/** On a free port of the loopback. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  let batches = 0
  let refuses = false
  const server = createServer((request, response) => {
    void receive(request, response)
  })
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    batches += 1
    if (!refuses) spans.push(...toSpans(body))
    response.writeHead(refuses ? 400 : 200, { 'Content-Type': 'application/json' }).end('{}')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    batches: () => batches,
    refuse: (next) => void (refuses = next),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function toSpans(body: string): ReceivedSpan[] {
  return bodySchema.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap((scope) => scope.spans)
      .map(({ startTimeUnixNano, endTimeUnixNano, parentSpanId, status, ...span }) => ({
        ...span,
        parentSpanId: parentSpanId ?? null,
        startMs: startTimeUnixNano,
        endMs: endTimeUnixNano,
        status: STATUS[status?.code ?? 0] ?? 'unset',
        events: span.events.map(({ name }) => name),
        links: span.links.map(({ spanId }) => spanId),
        service: String(resource.attributes['service.name']),
      })),
  )
}

/**
 * What is wrong with a trace: spans whose parent nobody sent, that come twice, or that are outside of their parent's time.
 * @param root what it is a part of; null for nothing
 */
export function findTraceFaults(spans: readonly ReceivedSpan[], root: string | null): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const faults: string[] = []
  if (byId.size < spans.length) faults.push(`${spans.length - byId.size} came twice`)
  if (new Set(spans.map(({ traceId }) => traceId)).size > 1) faults.push('more than one trace')
  for (const span of spans) {
    const { name, parentSpanId, startMs, endMs } = span
    if (startMs > endMs) faults.push(`${name} ends before it begins`)
    if (parentSpanId === root) continue
    const parent = byId.get(parentSpanId ?? '')
    if (!parent) faults.push(`${name} is an orphan`)
    else if (startMs < parent.startMs) faults.push(`${name} begins before ${parent.name}`)
    // a request is answered, and its job goes on
    else if (endMs > parent.endMs && !parent.name.startsWith('POST')) {
      faults.push(`${name} ends after ${parent.name}`)
    }
  }
  return faults
}
