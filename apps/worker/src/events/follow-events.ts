/** What is made of a worker's events besides metrics: log lines, and traces where they are wanted. */
import {
  type Clock,
  createSparing,
  type EventBus,
  followTraceIds,
  type Listening,
  type Logger,
  type Scope,
  type WorkerEvents,
  withTraceIds,
  writeLines,
} from '@safelight/runtime'
import { openTraces, type TracesOptions, traceWorker } from '@safelight/telemetry'
import { WORKER_LINES } from './log-lines.ts'

export interface LogEventsOptions {
  log: Logger
  clock: Clock
  scope: Scope
}

export function logEvents(
  events: EventBus<WorkerEvents>,
  { log, clock, scope }: LogEventsOptions,
): void {
  const sparing = scope.use(createSparing({ log, clock }))
  writeLines(events, withTraceIds(WORKER_LINES, followTraceIds(events)), sparing)
}

export interface TraceEventsOptions extends Omit<TracesOptions, 'name' | 'instance'> {
  workerId: string
  events: Listening<WorkerEvents>
  scope: Scope
}

/**
 * Closed after all that tells anything.
 * @returns begins to listen. @param now on Redis' clock
 */
export async function openEventTraces(
  options: TraceEventsOptions,
): Promise<(now: () => number) => void> {
  const { events, workerId: instance, scope } = options
  const tracer = await openTraces({ ...options, name: 'safelight-worker', instance })
  if (!tracer) return () => undefined
  // limits its own time
  scope.defer(() => tracer.close(), Infinity)
  return (now) => traceWorker({ events, tracer, now })
}
