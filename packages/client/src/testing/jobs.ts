/** Jobs in every state, made by hand, for tests of what is said and shown of them. */
import type { JobEventView, JobView, OutputView, Progress, SnapshotView } from '@safelight/shared'
import { newJobView, newSnapshot } from '@safelight/testkit'
import type { JobUpdate } from '../types.ts'

export const T0 = 1_700_000_000_000

export function snapshotOf({ outputs = [], ...over }: Partial<SnapshotView> = {}): SnapshotView {
  const running = newSnapshot({
    seq: 3,
    stamp: 'stamp-3',
    status: 'running',
    phase: 'executing',
    attempt: 1,
    hostId: 'host',
    createdAt: T0 - 20_000,
    updatedAt: T0,
    startedAt: T0 - 10_000,
    expiresAt: T0 + 86_400_000,
    ...over,
  })
  return { ...running, outputs }
}

export function progressOf(over: Partial<Progress> = {}): Progress {
  return {
    value: 0.42,
    nodes_done: 4,
    nodes_total: 7,
    current_node: '3',
    current_node_class: 'KSampler',
    step: 8,
    steps: 20,
    message: 'Sampler 8/20',
    kind: 'node',
    node: { id: '3', class: 'KSampler', title: 'Sampler', value: 8, max: 20 },
    eta_ms: 30_000,
    ...over,
  }
}

/** A host has it, nothing has run. */
export const connectedOf = (over: Partial<Progress> = {}): Progress =>
  progressOf({
    value: 0,
    kind: 'connected',
    step: 0,
    nodes_done: 0,
    node: null,
    eta_ms: null,
    ...over,
  })

export const completeOf = (over: Partial<Progress> = {}): Progress =>
  progressOf({
    value: 1,
    kind: 'complete',
    step: 20,
    nodes_done: 7,
    node: null,
    eta_ms: 0,
    ...over,
  })

export function updateOf(
  over: Partial<SnapshotView> = {},
  rest: Partial<Omit<JobUpdate, 'snapshot'>> = {},
): JobUpdate {
  return {
    snapshot: snapshotOf(over),
    event: null,
    queuePosition: null,
    etaMs: null,
    connection: 'live',
    movedAt: T0,
    ...rest,
  }
}

export function outputOf(over: Partial<OutputView> = {}): OutputView {
  return {
    id: 'asset',
    node_id: '9',
    name: 'picture.png',
    type: 'image',
    content_type: 'image/png',
    size_bytes: 3,
    hash: 'blake3:00',
    url: 'http://safelight.test/assets/asset',
    url_expires_at: '2030-01-01T00:00:00.000Z',
    job_id: 'job',
    ...over,
  }
}

/** @param type a `status` event unless said otherwise */
export function eventOf(seq: number, type: 'status' | 'progress' = 'status'): JobEventView {
  const envelope = {
    jobId: 'job',
    seq,
    ts: T0 + seq,
    stamp: `stamp-${seq}`,
    follows: `stamp-${seq - 1}`,
  }
  return type === 'progress'
    ? { ...envelope, type, progress: progressOf() }
    : { ...envelope, type, status: 'running', phase: 'executing' }
}

/** An accepted job, as the API answers. */
export function jobViewOf(over: Partial<JobView> = {}): JobView {
  const at = new Date(T0).toISOString()
  return newJobView({ created_at: at, expires_at: at, queue_position: 0, ...over })
}
