/** `trace_id` in the log lines that are made from what is told of a job. */
import { parseStoredTrace } from '../trace-context.ts'
import type { EventMap, Listening } from './event-bus.ts'
import type { LogLine, LogLines } from './log-lines.ts'
import type { WorkerEvents } from './process-events.ts'

/** Of the job that a body tells of. */
type TraceIdOf = (body: object) => string | null

/** Of a body that says so itself. */
export const ownTraceId: TraceIdOf = (body) => {
  const trace: unknown = Reflect.get(body, 'trace')
  return (typeof trace === 'string' && parseStoredTrace(trace)?.traceId) || null
}

/** Of jobs in hand, too: call it before whoever wants to know listens. */
export function followTraceIds(events: Listening<WorkerEvents>): TraceIdOf {
  const inHand = new Map<unknown, { token: number; traceId: string }>()
  events.on('job:claimed', (claimed) => {
    const traceId = ownTraceId(claimed)
    if (traceId !== null) inHand.set(claimed.jobId, { token: claimed.token, traceId })
  })
  events.on('job:put-down', ({ jobId, token }) => {
    // it may be in hand anew
    if (inHand.get(jobId)?.token === token) inHand.delete(jobId)
  })
  return (body) => {
    if (inHand.size === 0) return ownTraceId(body)
    return inHand.get(Reflect.get(body, 'jobId'))?.traceId ?? ownTraceId(body)
  }
}

export function withTraceIds<Events extends EventMap>(
  lines: LogLines<Events>,
  traceIdOf: TraceIdOf,
): LogLines<Events> {
  const entries = Object.entries<((body: never) => LogLine | null) | undefined>(lines)
  // names and what they take stay together
  return Object.fromEntries(
    entries.map(([name, toLine]) => [
      name,
      (body: never) => {
        const line = toLine?.(body) ?? null
        const traceId = line && traceIdOf(body)
        return traceId ? { ...line, fields: { ...line.fields, trace_id: traceId } } : line
      },
    ]),
  ) as unknown as LogLines<Events>
}
