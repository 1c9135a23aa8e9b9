/** A host with nothing to do, as the REST face shows it. */
import { type HostView, toHostReason } from '@safelight/shared'

export function newHostView(over: Partial<HostView> = {}): HostView {
  return {
    id: 'gpu-1:8188',
    state: 'ready',
    reason: toHostReason('idle'),
    since: '2026-01-01T12:00:00.000Z',
    version: '0.33.0',
    workers: ['worker-1'],
    labels: [],
    slots: 2,
    running: [],
    staged: [],
    collecting: [],
    idle_at: null,
    queue_depth: 0,
    devices: [],
    models: [],
    throughput: { last_hour: 0, mean_ms: null },
    drain: null,
    last_seen_at: '2026-01-01T12:00:00.000Z',
    last_movement_at: null,
    ...over,
  }
}
