/** A prompt as the jobs API shows it. */
import type { DialectTraits } from '../dialect.ts'
import type { HistoryRecord } from '../executor/history.ts'
import type { QueuedPrompt } from '../executor/prompt-queue.ts'
import { isRecord, type Json } from '../record.ts'

export type JobRecordStatus = 'pending' | 'in_progress' | 'completed' | 'failed' | 'cancelled'

export interface JobRecord {
  readonly status: JobRecordStatus
  readonly item: QueuedPrompt
  readonly entry: HistoryRecord | null
}

export function statusOf({ status }: HistoryRecord): JobRecordStatus {
  if (status.status_str === 'success') return 'completed'
  return status.messages.some(([event]) => event === 'execution_interrupted')
    ? 'cancelled'
    : 'failed'
}

export function createTimeOf(item: QueuedPrompt): number {
  const time = item.extraData['create_time']
  return typeof time === 'number' ? time : 0
}

/** Fields without a value are left out. */
export function toJobSummary({ status, item, entry }: JobRecord): Json {
  return {
    id: item.promptId,
    status,
    priority: item.number,
    create_time: createTimeOf(item),
    ...(entry ? timesOf(entry) : {}),
    ...outputsOf(entry),
    ...workflowIdOf(item),
  }
}

/** Newer servers show the graph of a job that has not ended, too. */
export function toJobDetail(record: JobRecord, { newest }: DialectTraits): Json {
  const { item, entry } = record
  const workflow = { prompt: item.prompt, extra_data: item.extraData }
  if (!entry) return { ...toJobSummary(record), ...(newest ? { workflow } : {}) }
  const { outputs, status } = entry
  return { ...toJobSummary(record), outputs, execution_status: status, workflow }
}

function timesOf({ status }: HistoryRecord): Json {
  const messageOf = (...events: string[]): Json | undefined =>
    status.messages.find(([event]) => events.includes(event))?.[1]
  const start = messageOf('execution_start')?.['timestamp']
  const error = messageOf('execution_error')
  const end = messageOf('execution_success', 'execution_error', 'execution_interrupted')?.[
    'timestamp'
  ]
  return {
    execution_start_time: start,
    execution_end_time: end,
    ...(error ? { execution_error: error } : {}),
  }
}

function outputsOf(entry: HistoryRecord | null): Json {
  const found: Json[] = []
  let text: Json | null = null
  for (const [nodeId, output] of Object.entries(entry?.outputs ?? {})) {
    for (const [mediaType, items] of Object.entries(isRecord(output) ? output : {})) {
      for (const item of Array.isArray(items) ? items : []) {
        if (isRecord(item) && typeof item['filename'] === 'string') {
          found.push({ ...item, nodeId, mediaType })
        } else if (mediaType === 'text' && typeof item === 'string') {
          text ??= { content: item, nodeId, mediaType }
        }
      }
    }
  }
  const preview = found.find((item) => item['type'] === 'output') ?? found[0] ?? text
  return {
    outputs_count: found.length,
    previewable_outputs_count: found.length,
    ...(preview ? { preview_output: preview } : {}),
  }
}

function workflowIdOf(item: QueuedPrompt): Json {
  const info = item.extraData['extra_pnginfo']
  const workflow = isRecord(info) ? info['workflow'] : undefined
  const id = isRecord(workflow) ? workflow['id'] : undefined
  return typeof id === 'string' ? { workflow_id: id } : {}
}
