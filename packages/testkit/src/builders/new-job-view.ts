/** A job that was just accepted, as the REST face shows it. */
import type { JobView } from '@safelight/shared'

export function newJobView(over: Partial<JobView> = {}): JobView {
  const id = over.id ?? 'job'
  return {
    id,
    status: 'queued',
    created_at: '2026-01-01T12:00:00.000Z',
    started_at: null,
    completed_at: null,
    expires_at: '2026-01-02T12:00:00.000Z',
    queue_position: null,
    eta_ms: null,
    owner: 'default',
    pool: null,
    progress: null,
    outputs: [],
    outputs_reused: false,
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
    ...over,
  }
}
