/** The traces of an API: the submissions that it takes, and the jobs that it ends itself. */
import type { ApiEvents, Build, Listening, Logger, Scope } from '@safelight/runtime'
import {
  type BeginRequestTrace,
  createRequestTraces,
  openTraces,
  traceEnds,
  type TracesOptions,
} from '@safelight/telemetry'

export interface ApiTracesOptions {
  config: TracesOptions['config']
  build: Build
  events: Listening<ApiEvents>
  /** Opened before all that tells anything, it is closed after it. */
  scope: Scope
  log: Logger
  /** On Redis' clock. */
  now: () => number
}

/** Where no traces are wanted, what was sent is passed on all the same. */
export async function openApiTraces(options: ApiTracesOptions): Promise<BeginRequestTrace> {
  const { config, build, events, scope, log, now } = options
  const { version } = build
  const tracer = await openTraces({ config, name: 'safelight-api', instance: null, version, log })
  if (tracer) {
    scope.use(tracer)
    traceEnds({ events, tracer, now })
  }
  return createRequestTraces({ tracer, now })
}
