/** The trace of a request that makes a job: from its headers to whoever handles it, and a span when it is answered. */
import type { BeginRequestTrace, RequestTrace } from '@safelight/telemetry'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { note } from './request-log.ts'

/** For the documents only: what cannot be read is ignored, as the standard asks. */
export const traceHeaders = z.object({
  traceparent: z.string().optional().meta({
    description: 'W3C Trace Context: what the job is a part of. One that is invalid is ignored.',
  }),
  tracestate: z.string().optional().meta({
    description: 'What came with it; passed on up to 512 characters.',
  }),
})

const traces = new WeakMap<Request, RequestTrace>()

export function traceRequests(begin: BeginRequestTrace, name: string): RequestHandler {
  return (request, response, next) => {
    const { traceparent, tracestate } = request.headers
    const trace = begin(name, { traceparent: alone(traceparent), tracestate: alone(tracestate) })
    traces.set(request, trace)
    if (trace.traceId !== null) note(response, { traceId: trace.traceId })
    response.once('close', () => trace.answered(response.statusCode))
    next()
  }
}

/** Null for one that nobody traces. */
export function traceOf(request: Request): RequestTrace | null {
  return traces.get(request) ?? null
}

function alone(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
