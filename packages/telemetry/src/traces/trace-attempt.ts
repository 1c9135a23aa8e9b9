/** One attempt as a span, with its nodes, its outputs and the time that carrying them away takes as spans of their own. */
import type { TraceContext, WorkerEvents } from '@safelight/runtime'
import { attemptSpanIdOf } from './derived-ids.ts'
import type { Attributes, SpanEnd, Tracer } from './tracer.ts'

export interface AttemptStart {
  tracer: Tracer
  jobId: string
  /** The span of its job. */
  job: TraceContext
  attempt: number
  startMs: number
  /** Since when this process follows it. */
  heardFromMs: number
}

export interface AttemptEnd {
  outcome: string
  /** Why it is a failure; null when it is none. */
  failed: string | null
}

export interface Attempt {
  readonly startMs: number
  isOn(hostId: string): void
  note(what: string, atMs: number): void
  /** Somebody else has begun it. */
  adopt(atMs: number): void
  nodeStarted(node: WorkerEvents['node:started'], atMs: number): void
  nodeEnded(node: WorkerEvents['node:ended'], atMs: number): void
  stored(output: WorkerEvents['output:stored'], atMs: number): void
  /** Its prompt is over: what still ran is so, too. */
  executed(outcome: string, atMs: number): void
  collects(atMs: number): void
  end(atMs: number, end: AttemptEnd): void
  /** Somebody else goes on with it. */
  leave(atMs: number): void
}

/** Of one process for one attempt, so that a graph of thousands of nodes does not push all else out of the line. */
const AT_MOST = { done: 1_000, cached: 200, output: 200 } as const
/** Characters of names that a submitter made up. */
const NAME_LENGTH = 100

export function startAttempt(start: AttemptStart): Attempt {
  const { tracer, jobId, attempt, heardFromMs } = start
  const { traceId, flags, state } = start.job
  const before = { traceId, spanId: attemptSpanIdOf(jobId, attempt - 1), flags, state }
  const span = tracer.start({
    name: 'attempt',
    spanId: attemptSpanIdOf(jobId, attempt),
    parent: start.job,
    startMs: start.startMs,
    attributes: { 'safelight.job_id': jobId, 'safelight.attempt': attempt },
    links: attempt > 1 ? [before] : [],
  })
  const host: Attributes = {}
  const running = new Map<string, { startMs: number; nodeClass: string | null }>()
  const made = { done: 0, cached: 0, output: 0 }
  let leftOut = 0
  let unseen = 0
  let adoptedAt: number | null = null
  let collectingSince: number | null = null
  let executed: Attributes = {}

  function part(
    name: string,
    kind: keyof typeof AT_MOST | null,
    times: [from: number, to: number],
  ) {
    return (attributes: Attributes, status?: SpanEnd['status']): void => {
      if (kind !== null && made[kind] >= AT_MOST[kind]) return void (leftOut += 1)
      if (kind !== null) made[kind] += 1
      const [startMs, endMs] = times
      const all = { 'safelight.job_id': jobId, ...host, ...attributes }
      tracer.start({ name, parent: span.context, startMs, attributes: all }).end(endMs, { status })
    }
  }

  function endNode(nodeId: string, { state: how, nodeClass, atMs }: NodeEnd): void {
    const begun = running.get(nodeId)
    running.delete(nodeId)
    const isCached = how === 'cached'
    // told already: by a hand of the same process that has lost it since
    if (!begun && how === 'done') return
    // it was over when this process came, and told of once all the same: when it ran is not known
    if (adoptedAt !== null && begun && atMs - begun.startMs <= 1) return void (unseen += 1)
    // of one that ran already when this process came only that is known
    const from = begun?.startMs ?? (isCached ? atMs : heardFromMs)
    const name = nodeClass === null ? 'node' : `node ${cut(nodeClass)}`
    part(name, isCached ? 'cached' : 'done', [from, atMs])(
      {
        'safelight.node_id': cut(nodeId),
        ...(nodeClass !== null && { 'safelight.node_class': cut(nodeClass) }),
        'safelight.cached': isCached,
      },
      how === 'failed' ? { code: 'node_failed' } : undefined,
    )
  }

  function breakOff(atMs: number): void {
    for (const [nodeId, { nodeClass }] of running) {
      endNode(nodeId, { state: 'done', nodeClass, atMs })
    }
  }

  function endCollecting(atMs: number): void {
    if (collectingSince !== null) part('collect', null, [collectingSince, atMs])({})
    collectingSince = null
  }

  return {
    startMs: span.startMs,
    isOn(hostId) {
      host['safelight.host_id'] = hostId
    },
    note: (what, atMs) => span.note(what, atMs),
    adopt(atMs) {
      adoptedAt = atMs
      span.note('adopted', atMs)
    },
    nodeStarted({ nodeId, nodeClass }, startMs) {
      running.set(nodeId, { startMs, nodeClass })
    },
    nodeEnded({ nodeId, nodeClass, state: how }, atMs) {
      endNode(nodeId, { state: how, nodeClass, atMs })
    },
    stored({ bytes, ms }, atMs) {
      part('output', 'output', [atMs - ms, atMs])({ 'safelight.bytes': bytes })
    },
    executed(outcome, atMs) {
      executed = { 'safelight.execution': outcome }
      breakOff(atMs)
    },
    collects(atMs) {
      breakOff(atMs)
      collectingSince = atMs
    },
    end(atMs, { outcome, failed }) {
      breakOff(atMs)
      endCollecting(atMs)
      span.end(atMs, {
        attributes: {
          ...host,
          ...executed,
          'safelight.outcome': outcome,
          ...(unseen > 0 && { 'safelight.nodes_unseen': unseen }),
          ...(leftOut > 0 && { 'safelight.spans_left_out': leftOut }),
        },
        status: failed === null ? (outcome === 'succeeded' ? 'ok' : undefined) : { code: failed },
      })
    },
    leave: endCollecting,
  }
}

interface NodeEnd {
  state: WorkerEvents['node:ended']['state']
  nodeClass: string | null
  atMs: number
}

function cut(name: string): string {
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name
}
