/** The span of a job, which whoever ends the job sends: from when it was accepted, whoever had it in between. */
import type { CommonEvents, EventBus } from '@safelight/runtime'
import { jobSpanIdOf, parentOfJob } from './derived-ids.ts'
import type { OpenSpan, Tracer } from './tracer.ts'

export interface TracedJob {
  jobId: string
  acceptedAt: number
  trace: string | null
}

export type EndedJob = CommonEvents['job:ended']

export function startJobSpan(tracer: Tracer, { jobId, acceptedAt, trace }: TracedJob): OpenSpan {
  return tracer.start({
    name: 'job',
    spanId: jobSpanIdOf(jobId),
    parent: parentOfJob(jobId, trace),
    startMs: acceptedAt,
    attributes: { 'safelight.job_id': jobId },
  })
}

export function endJobSpan(
  span: OpenSpan,
  { status, code, attempt }: EndedJob,
  atMs: number,
): void {
  span.end(atMs, {
    attributes: { 'safelight.status': status, 'safelight.attempts': attempt },
    // who cancels a job gets what was asked for
    status:
      status === 'succeeded' ? 'ok' : status === 'canceled' ? undefined : { code: code ?? status },
  })
}

/** One that ends where nobody has it in hand: mostly in line. */
export function traceEnd(tracer: Tracer, ended: EndedJob, atMs: number): void {
  const span = startJobSpan(tracer, ended)
  if (ended.was === 'queued' && ended.attempt === 0 && span.isRecorded) {
    const { jobId, acceptedAt: startMs } = ended
    const attributes = { 'safelight.job_id': jobId }
    tracer.start({ name: 'backlog', parent: span.context, startMs, attributes }).end(atMs)
  }
  endJobSpan(span, ended, atMs)
}

export interface TraceEndsOptions {
  events: Pick<EventBus<CommonEvents>, 'on'>
  tracer: Tracer
  /** ms since the epoch, on Redis' clock. */
  now: () => number
}

/** For a process that never has one in hand. */
export function traceEnds({ events, tracer, now }: TraceEndsOptions): void {
  events.on('job:ended', (ended) => traceEnd(tracer, ended, now()))
}
