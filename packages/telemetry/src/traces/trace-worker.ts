/**
 * The spans of jobs in the hands of a worker, made from what it tells: how long a job waited, its attempts, their nodes and
 * outputs. What is left open when a job is put down is never sent: whoever takes it over goes on under the same ids.
 */
import type { Listening, WorkerEvents } from '@safelight/runtime'
import { type Attempt, startAttempt } from './trace-attempt.ts'
import { endJobSpan, startJobSpan, traceEnd } from './trace-jobs.ts'
import type { OpenSpan, Tracer } from './tracer.ts'

export interface TraceWorkerOptions {
  events: Listening<WorkerEvents>
  tracer: Tracer
  /** ms since the epoch, on Redis' clock. */
  now: () => number
}

interface InHand {
  token: number
  job: OpenSpan
  attempt: Attempt | null
  /** Its end, while it is not told yet why its last attempt failed. */
  over: { ended: WorkerEvents['job:ended']; atMs: number } | null
}

/** Slots given to jobs that others claim: no more are remembered. */
const DISPATCHED_AT_MOST = 1_000

export function traceWorker({ events, tracer, now }: TraceWorkerOptions): void {
  const inHand = new Map<string, InHand>()
  /** When a slot was asked for, of jobs that are claimed in a moment. */
  const dispatched = new Map<string, { sinceMs: number; hostId: string }>()

  function begin(jobId: string, { job }: InHand, { attempt, startMs }: Begun): Attempt {
    return startAttempt({ tracer, jobId, job: job.context, attempt, startMs, heardFromMs: now() })
  }

  function close(
    { job, attempt }: InHand,
    { ended, atMs }: NonNullable<InHand['over']>,
    cause: string | null = null,
  ): void {
    const { jobId, status, code } = ended
    const failed =
      status === 'succeeded' || status === 'canceled' ? null : (cause ?? code ?? status)
    attempt?.end(atMs, { outcome: status, failed })
    endJobSpan(job, ended, atMs)
    inHand.delete(jobId)
  }

  function traceWait(
    { jobId, waitsSince, hostId }: WorkerEvents['job:claimed'],
    job: OpenSpan,
  ): void {
    const given = dispatched.get(jobId)
    dispatched.delete(jobId)
    const atMs = now()
    const parent = job.context
    const waited = { 'safelight.job_id': jobId }
    const waits = { name: 'backlog', parent, startMs: waitsSince, attributes: waited }
    tracer.start(waits).end(given?.sinceMs ?? atMs)
    if (!given) return
    const attributes = { ...waited, 'safelight.host_id': hostId }
    tracer.start({ name: 'dispatch', parent, startMs: given.sinceMs, attributes }).end(atMs)
  }

  events.on('job:dispatched', ({ jobId, hostId, ms }) => {
    dispatched.delete(jobId)
    const [oldest] = dispatched.keys()
    if (dispatched.size >= DISPATCHED_AT_MOST && oldest !== undefined) dispatched.delete(oldest)
    dispatched.set(jobId, { sinceMs: now() - ms, hostId })
  })
  events.on('job:claimed', (claimed) => {
    const { jobId, token, plan, underWay } = claimed
    inHand.delete(jobId)
    if (plan === 'none') return
    const job = startJobSpan(tracer, claimed)
    if (!job.isRecorded) return
    const held: InHand = { token, job, attempt: null, over: null }
    inHand.set(jobId, held)
    if (underWay) {
      const { attempt, startedAt: startMs } = underWay
      held.attempt = begin(jobId, held, { attempt, startMs })
    }
    if (plan === 'collect') held.attempt?.collects(now())
    if (plan === 'begin') traceWait(claimed, job)
  })
  events.on('attempt:started', ({ jobId, hostId, attempt }) => {
    const held = inHand.get(jobId)
    if (!held) return
    held.attempt = begin(jobId, held, { attempt, startMs: now() })
    held.attempt.isOn(hostId)
  })
  events.on('attempt:submitted', ({ jobId }) =>
    inHand.get(jobId)?.attempt?.note('submitted', now()),
  )
  events.on('attempt:adopted', ({ jobId, hostId, attempt }) => {
    const held = inHand.get(jobId)
    if (!held) return
    held.attempt ??= begin(jobId, held, { attempt, startMs: now() })
    held.attempt.isOn(hostId)
    held.attempt.adopt(now())
  })
  events.on('attempt:phase', ({ jobId, phase }) => {
    const attempt = inHand.get(jobId)?.attempt
    if (phase === 'executing') attempt?.note(phase, now())
    if (phase === 'collecting') attempt?.collects(now())
  })
  events.on('node:started', (node) => inHand.get(node.jobId)?.attempt?.nodeStarted(node, now()))
  events.on('node:ended', (node) => inHand.get(node.jobId)?.attempt?.nodeEnded(node, now()))
  events.on('output:stored', (stored) => inHand.get(stored.jobId)?.attempt?.stored(stored, now()))
  events.on('attempt:ended', ({ jobId, outcome }) => {
    // or somebody else goes on with it, and with what runs
    if (!LEFT.has(outcome)) inHand.get(jobId)?.attempt?.executed(outcome, now())
  })
  events.on('attempt:failed', ({ jobId, cause, retry }) => {
    const held = inHand.get(jobId)
    if (!held) return
    if (held.over) return close(held, held.over, cause)
    held.attempt?.end(now(), { outcome: retry, failed: cause })
    held.attempt = null
  })
  events.on('job:taken-back', ({ jobId, hostId }) => {
    const held = inHand.get(jobId)
    if (!held?.attempt) return
    // the attempt is none: another one will have its number
    const attributes = { 'safelight.job_id': jobId, 'safelight.host_id': hostId }
    const { startMs } = held.attempt
    const parent = held.job.context
    tracer.start({ name: 'taken back', parent, startMs, attributes }).end(now())
    held.attempt = null
  })
  events.on('job:ended', (ended) => {
    const held = inHand.get(ended.jobId)
    if (!held) return traceEnd(tracer, ended, now())
    // why it failed is told next
    held.over = { ended, atMs: now() }
    if (ended.status !== 'failed' || !held.attempt) close(held, held.over)
  })
  events.on('job:put-down', ({ jobId, token }) => {
    const held = inHand.get(jobId)
    if (held?.token !== token) return
    if (held.over) return close(held, held.over)
    held.attempt?.leave(now())
    inHand.delete(jobId)
  })
}

interface Begun {
  attempt: number
  startMs: number
}

/** Ends of our part in an attempt, not of the attempt. */
const LEFT: ReadonlySet<string> = new Set(['hand_back', 'claim_lost'])
