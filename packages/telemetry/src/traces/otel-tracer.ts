/** Makes spans with OpenTelemetry's SDK, and sends them as OTLP over HTTP. Only ever loaded by `openTraces`. */
import {
  createTraceState,
  ROOT_CONTEXT,
  type Context,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import type { Logger, TraceContext } from '@safelight/runtime'
import type { Traces } from './open-traces.ts'
import type { OpenSpan, SpanEnd, SpanStart } from './tracer.ts'

export interface OtelOptions {
  url: string
  name: string
  instance: string | null
  version: string
  log: Logger
}

/** For a batch, with all its retries: who stops waits for the last ones. */
const SEND_MS = 3_000
/** A stop waits no longer. */
const CLOSE_MS = SEND_MS + 1_000

/** @throws what the SDK throws for settings that it does not understand */
export function createOtelTracer(options: OtelOptions): Traces {
  const { url, name, version, log } = options
  const ids = createIds()
  const exporter = tellTrouble(new OTLPTraceExporter({ url, timeoutMillis: SEND_MS }), log)
  const provider = new BasicTracerProvider({
    resource: toResource(options),
    idGenerator: ids,
    // bounded: 2048 that wait to be sent, unless OTEL_BSP_MAX_QUEUE_SIZE says otherwise; more are dropped
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer(name, version)
  return {
    start(start) {
      const { parent, spanId, attributes = {}, links = [] } = start
      ids.next(spanId ?? null, 'spanId' in parent ? null : parent.traceId)
      const startMs = Math.max(start.startMs, earliest.get(parent) ?? 0)
      const span = tracer.startSpan(
        start.name,
        {
          kind: start.kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
          startTime: new Date(startMs),
          attributes,
          links: links.map((link) => ({ context: toSpanContext(link) })),
        },
        'spanId' in parent ? toContext(parent) : ROOT_CONTEXT,
      )
      return toOpenSpan(span, startMs)
    },
    async close() {
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)))
      // what could not be sent was told
      await Promise.race([provider.shutdown().catch(() => undefined), limit])
      clearTimeout(timer)
    },
  }
}

/** Of spans of ours that are parents of others: clocks of several processes differ by a little. */
const earliest = new WeakMap<object, number>()

type OtelSpan = ReturnType<ReturnType<BasicTracerProvider['getTracer']>['startSpan']>

function toOpenSpan(span: OtelSpan, startMs: number): OpenSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const context = { traceId, spanId, flags: traceFlags, state: traceState?.serialize() ?? null }
  earliest.set(context, startMs)
  return {
    context,
    isRecorded: span.isRecording(),
    startMs,
    note: (name, atMs) => void span.addEvent(name, {}, new Date(Math.max(atMs, startMs))),
    end(atMs: number, { attributes = {}, status }: SpanEnd = {}) {
      span.setAttributes(attributes)
      if (status === 'ok') span.setStatus({ code: SpanStatusCode.OK })
      else if (status) {
        span.setAttribute('error.type', status.code)
        span.setStatus({ code: SpanStatusCode.ERROR, message: status.code })
      }
      span.end(new Date(Math.max(atMs, startMs)))
    },
  }
}

function toContext(parent: TraceContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent))
}

function toSpanContext(of: TraceContext) {
  const { traceId, spanId, flags, state } = of
  return {
    traceId,
    spanId,
    traceFlags: flags,
    isRemote: !earliest.has(of),
    ...(state !== null && { traceState: createTraceState(state) }),
  }
}

/** Random ones, unless the next are given: they are asked for at once. */
function createIds() {
  const random = new RandomIdGenerator()
  let spanId: string | null = null
  let traceId: string | null = null
  return {
    next(...[span, root]: [spanId: SpanStart['spanId'] | null, traceId: string | null]): void {
      spanId = span ?? null
      traceId = root
    },
    generateSpanId: () => spanId ?? random.generateSpanId(),
    generateTraceId: () => traceId ?? random.generateTraceId(),
  }
}

function toResource({ name, instance, version }: OtelOptions) {
  const own = {
    'service.version': version,
    ...(instance !== null && { 'service.instance.id': instance }),
  }
  return defaultResource()
    .merge(resourceFromAttributes(own))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ 'service.name': name }))
}

/** Once when it begins and once when it is over, and not for each batch. */
function tellTrouble(exporter: SpanExporter, log: Logger): SpanExporter {
  let failing = false
  return {
    export(...[spans, done]: Parameters<SpanExporter['export']>) {
      exporter.export(spans, (result) => {
        const { error } = result
        // the SDK's own `ExportResultCode` is a package of its own
        const failed = error !== undefined
        if (failed && !failing) {
          log.warn({ reason: error?.message }, 'traces cannot be sent')
        } else if (!failed && failing) log.info('traces are sent again')
        failing = failed
        done(result)
      })
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}
