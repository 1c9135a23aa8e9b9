/** A submission as a span, and the trace that its job belongs to. */
import { readTraceHeaders, toStoredTrace, toTraceparent } from '@safelight/runtime'
import { jobSpanIdOf } from './derived-ids.ts'
import type { Tracer } from './tracer.ts'

export interface RequestTrace {
  /** What its job is a part of, for the record; null for nothing. */
  readonly stored: string | null
  /** Null when it is in none. */
  readonly traceId: string | null
  /** @returns `traceparent` for the answer: that of the job. Null when it is in no trace */
  accepted(jobId: string): string | null
  answered(status: number): void
}

type Headers = Parameters<typeof readTraceHeaders>[0]

export interface RequestTracesOptions {
  /** Null when this process sends no traces: what was sent is passed on all the same. */
  tracer: Tracer | null
  /** ms since the epoch, on Redis' clock. */
  now: () => number
}

/** @param name of the span: method and route */
export type BeginRequestTrace = (name: string, headers: Headers) => RequestTrace

export function createRequestTraces({ tracer, now }: RequestTracesOptions): BeginRequestTrace {
  return (name, headers) => {
    const sent = readTraceHeaders(headers)
    const span = tracer?.start({
      name,
      kind: 'server',
      parent: sent ?? { traceId: null },
      startMs: now(),
    })
    const context = span?.context ?? sent
    let accepted: string | null = null
    return {
      stored: context && toStoredTrace(context),
      traceId: context?.traceId ?? null,
      accepted(jobId) {
        accepted = jobId
        span?.note('accepted', now())
        return context && toTraceparent({ ...context, spanId: jobSpanIdOf(jobId) })
      },
      answered(status) {
        const attributes = {
          'http.response.status_code': status,
          ...(accepted !== null && { 'safelight.job_id': accepted }),
        }
        // of a server: what a client did wrong is no error of ours
        const failed = status >= 500 ? { code: String(status) } : undefined
        span?.end(now(), { attributes, status: failed })
      },
    }
  }
}
