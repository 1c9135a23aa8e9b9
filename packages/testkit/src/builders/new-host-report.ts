/** What a worker reports of a host that is well and has nothing to do. */
import { toHostReason } from '@safelight/shared'
import type { HostReport } from '@safelight/store'

/** @param atMs of the report, and of everything in it that has a time */
export function newHostReport(atMs: number, over: Partial<HostReport> = {}): HostReport {
  return {
    hostId: 'gpu-1',
    workerId: 'w-1',
    instance: '',
    at: atMs,
    left: false,
    state: 'ready',
    reason: toHostReason('idle'),
    since: atMs,
    version: '0.33.0',
    labels: [],
    slots: 2,
    running: [],
    staged: [],
    restMs: null,
    queueDepth: 0,
    devices: [],
    models: [],
    modelsAt: null,
    throughput: { finished: 0, timed: 0, executionMs: 0 },
    seenAt: atMs,
    movedAt: null,
    wakes: true,
    ownerLimit: null,
    leavingSince: null,
    ...over,
  }
}
