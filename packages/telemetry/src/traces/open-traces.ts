/** Traces for OpenTelemetry, of a process whose settings want them. The others do not even load what makes them. */
import type { Closable, CommonConfig, Logger } from '@safelight/runtime'
import type { Tracer } from './tracer.ts'

export interface TracesOptions {
  config: Pick<
    CommonConfig,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' | 'OTEL_SERVICE_NAME'
  >
  /** Of the service, unless the settings have one. */
  name: string
  /** Of this process among those of the service; null when it has none. */
  instance: string | null
  version: string
  log: Logger
}

export type Traces = Tracer & Closable

/**
 * Whatever goes wrong with traces is a line in the log, and nothing else.
 * @returns null when nobody wants them
 */
export async function openTraces({
  config,
  log,
  ...options
}: TracesOptions): Promise<Traces | null> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '')
  const url = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (endpoint && `${endpoint}/v1/traces`)
  if (!url) return null
  try {
    const { createOtelTracer } = await import('./otel-tracer.ts')
    const name = config.OTEL_SERVICE_NAME ?? options.name
    const traces = createOtelTracer({ ...options, name, url, log })
    log.info({ origin: new URL(url).origin, service: name }, 'traces are sent')
    return traces
  } catch (err) {
    log.warn({ err }, 'traces cannot be made')
    return null
  }
}
