/** Updates of jobs, as a client hears them. */
import type { JobUpdate } from '@safelight/client'
import type { Progress, SnapshotView } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'

const progress: Progress = {
  value: 0.5,
  nodes_done: 3,
  nodes_total: 7,
  current_node: '3',
  current_node_class: 'KSampler',
  step: 10,
  steps: 20,
  message: 'KSampler 10/20',
  kind: 'node',
  node: { id: '3', class: 'KSampler', title: 'Sampler', value: 10, max: 20 },
  eta_ms: 8_000,
}

/** A job half way through sampling, unless told otherwise. */
export function runningUpdate(
  over: Partial<Progress> = {},
  snapshot: Partial<SnapshotView> = {},
): JobUpdate {
  return {
    snapshot: {
      ...newSnapshot({
        status: 'running',
        phase: 'executing',
        progress: { ...progress, ...over },
        createdAt: 0,
      }),
      outputs: [],
      ...snapshot,
    },
    event: null,
    queuePosition: null,
    etaMs: null,
    connection: 'live',
    movedAt: Date.now(),
  }
}

export function endedUpdate(snapshot: Partial<SnapshotView> = {}): JobUpdate {
  const value = snapshot.status === undefined ? 1 : 0.5
  const kind = snapshot.status === undefined ? 'complete' : 'node'
  return runningUpdate(
    { value, kind, eta_ms: null },
    { status: 'succeeded', phase: null, startedAt: 0, completedAt: 14_000, ...snapshot },
  )
}

export function queuedUpdate(queuePosition: number | null, etaMs: number | null = null): JobUpdate {
  const update = runningUpdate({}, { status: 'queued', phase: null, progress: null })
  return { ...update, queuePosition, etaMs }
}
