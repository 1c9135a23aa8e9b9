/** The events of a small job, as a worker would append them. */
import type { JobEventBody, Output, Progress } from '@safelight/shared'

export const WORKFLOW = {
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 0 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
}

export function toProgress(value: number, patch: Partial<Progress> = {}): Progress {
  return {
    value,
    nodes_done: 0,
    nodes_total: 2,
    current_node: '1',
    current_node_class: 'EmptyImage',
    step: null,
    steps: null,
    message: `at ${value}`,
    kind: 'aggregate',
    node: null,
    eta_ms: null,
    ...patch,
  }
}

export function toOutput(id: string, patch: Partial<Output> = {}): Output {
  return {
    id,
    node_id: '2',
    name: 'x_00001_.png',
    type: 'image',
    content_type: 'image/png',
    size_bytes: 3,
    hash: `blake3:${'ab'.repeat(32)}`,
    expires_at: Date.UTC(2027, 0, 1),
    ...patch,
  }
}

export const RUNNING: JobEventBody = {
  type: 'status',
  status: 'running',
  phase: 'executing',
  attempt: 1,
  hostId: 'host-a',
}
export const SUCCEEDED: JobEventBody = { type: 'status', status: 'succeeded', phase: null }
export const FAILED: JobEventBody = {
  type: 'status',
  status: 'failed',
  phase: null,
  error: { code: 'node_execution_error', message: 'it broke', node_id: '1' },
}
/** The end of a job whose every attempt failed. */
export const DEAD: JobEventBody = {
  type: 'status',
  status: 'failed',
  phase: null,
  error: { code: 'host_unavailable', message: 'no host could be reached' },
  deadLetter: true,
}

export function progressed(value: number, patch: Partial<Progress> = {}): JobEventBody {
  return { type: 'progress', progress: toProgress(value, patch) }
}

/** Running, `steps` ticks, one output, the end. */
export function smallJob(outputId: string, steps = 5): JobEventBody[] {
  const ticks = Array.from({ length: steps }, (_, at) => progressed((at + 1) / (steps + 1)))
  return [
    RUNNING,
    ...ticks,
    { type: 'output', output: toOutput(outputId) },
    progressed(1, { kind: 'complete' }),
    SUCCEEDED,
  ]
}
