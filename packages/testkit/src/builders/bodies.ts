/** Event bodies that tests append. */
import type { JobEventBody, JobStatus, Progress } from '@safelight/shared'

export const status = (
  to: JobStatus,
  over: Partial<Extract<JobEventBody, { type: 'status' }>> = {},
): JobEventBody => ({ type: 'status', status: to, phase: null, ...over })

export const progress = (value: number): JobEventBody => ({
  type: 'progress',
  progress: progressAt(value),
})

export const output = (id: string): JobEventBody => ({
  type: 'output',
  output: {
    id,
    node_id: '9',
    name: `${id}.png`,
    type: 'image',
    content_type: 'image/png',
    size_bytes: 4,
    hash: 'blake3:00',
    expires_at: 9,
  },
})

function progressAt(value: number): Progress {
  return {
    value,
    nodes_done: 0,
    nodes_total: 1,
    current_node: null,
    current_node_class: null,
    step: null,
    steps: null,
    message: null,
    kind: 'node',
    node: null,
    eta_ms: null,
  }
}
