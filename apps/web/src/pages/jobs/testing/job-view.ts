/** Jobs for tests, as the API shows them. */
import type { JobView } from '@safelight/shared'

const START = Date.parse('2026-01-01T12:00:00Z')

/** @param changes `age`: seconds before noon; the older, the further down the list */
export function jobView({
  age = 0,
  ...changes
}: Partial<JobView> & { age?: number } = {}): JobView {
  const id = changes.id ?? `job-${age}`
  return {
    id,
    status: 'queued',
    created_at: new Date(START - age * 1_000).toISOString(),
    started_at: null,
    completed_at: null,
    expires_at: new Date(START + 86_400_000).toISOString(),
    queue_position: null,
    progress: null,
    outputs: [],
    error: null,
    metrics: { queue_ms: null, prepare_ms: null, execution_ms: null, collect_ms: null },
    urls: { self: `/${id}`, events: `/${id}/events`, cancel: `/${id}/cancel` },
    phase: null,
    attempt: 0,
    priority: 0,
    metadata: null,
    nodes: {},
    warnings: [],
    limits: { start_by: null, timeout_s: null, node_retries: 0 },
    dead_letter: false,
    replay_of: null,
    replayed_by: null,
    host_id: null,
    seq: 0,
    ...changes,
  }
}
