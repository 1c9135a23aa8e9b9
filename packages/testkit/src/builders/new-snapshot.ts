/** The snapshot of a job that was just accepted. */
import type { Snapshot } from '@safelight/shared'

export function newSnapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    jobId: 'job',
    seq: 0,
    stamp: 'stamp-0',
    status: 'queued',
    phase: null,
    attempt: 0,
    hostId: null,
    progress: null,
    nodes: {},
    outputs: [],
    error: null,
    warnings: [],
    times: { queue: null, prepare: null, execute: null, collect: null },
    owner: 'default',
    pool: null,
    priority: 0,
    metadata: null,
    limits: { startBy: null, timeoutMs: null, nodeRetries: 0 },
    deadLetter: false,
    replayOf: null,
    replayedBy: null,
    createdAt: 1_000,
    updatedAt: null,
    startedAt: null,
    completedAt: null,
    expiresAt: 2_000,
    ...over,
  }
}
