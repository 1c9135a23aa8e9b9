/** Brings a recorded and a simulated session into the same form, so that a plain equality decides. */
import { isRecord, type Json, readText } from '@safelight/simulator/testing'
import type { HttpLine } from '../trace-format.ts'
import { type MessageSummary, outputShape, type SocketSummary } from './summarize.ts'

export type Comparison =
  /** Every message in order, node ids included. */
  | 'nodes'
  /** Message types in order: which of two equal outputs comes first is chance. */
  | 'types'
  /** The messages of each node in order: which output comes first changes the types in between. */
  | 'per node'

/** `all`: each one counts · `kinds`: a run counts once, with the kinds of message in it · `any`: a run counts once. */
export type TickRule = 'all' | 'kinds' | 'any'

export interface CompareOptions {
  readonly by: Comparison
  readonly ticks: TickRule
}

export function comparable(summary: SocketSummary, { by, ticks }: CompareOptions): unknown {
  const messages = ticks === 'all' ? summary.messages : collapseTicks(summary.messages, ticks)
  switch (by) {
    case 'nodes':
      return { messages: messages.map(({ text }) => text), ...statusesOf(summary) }
    case 'types':
      return { messages: messages.map(({ type }) => type), ...statusesOf(summary) }
    case 'per node':
      return { nodes: byNode(messages), ...statusesOf(summary) }
  }
}

function collapseTicks(
  messages: readonly MessageSummary[],
  rule: 'kinds' | 'any',
): MessageSummary[] {
  const collapsed: MessageSummary[] = []
  let run: Set<string> | null = null
  const endRun = (): void => {
    if (!run) return
    const text = rule === 'any' ? 'ticks' : `ticks ${[...run].sort().join(', ')}`
    collapsed.push({ type: 'ticks', node: null, isTick: true, text })
    run = null
  }
  for (const message of messages) {
    if (message.isTick) {
      run ??= new Set()
      run.add(message.type)
    } else {
      endRun()
      collapsed.push(message)
    }
  }
  endRun()
  return collapsed
}

function statusesOf({ statuses, statusBeforeEnd }: SocketSummary) {
  return { statusBeforeEnd, statuses: statuses.length, lastStatus: statuses.at(-1) }
}

function byNode(messages: readonly MessageSummary[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const { node, type, text } of messages) {
    if (type === 'progress_state') continue
    const key = node ?? 'prompt'
    groups[key] = [...(groups[key] ?? []), text]
  }
  return groups
}

export function comparableHttp(call: HttpLine, aliasOf: (id: string) => string): unknown {
  const { method, status, response } = call
  const path = call.path.split('?')[0] ?? ''
  const kind = call.contentType.split(';')[0]
  return {
    request: `${method} ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, aliasOf)}`,
    status,
    // Some recordings left the content type out.
    ...(kind === '' ? {} : { kind }),
    answer: isRecord(response) ? answerShape(path, response, aliasOf) : typeof response,
  }
}

function answerShape(path: string, answer: Json, aliasOf: (id: string) => string): unknown {
  if ('base64' in answer) return 'bytes'
  if (path === '/prompt' && 'node_errors' in answer) {
    return { error: errorShape(answer['error']), nodes: nodeErrorShape(answer['node_errors']) }
  }
  if (path.startsWith('/history')) {
    return Object.entries(answer).map(([id, entry]) => [aliasOf(id), historyShape(entry)])
  }
  if (path === '/queue') {
    return Object.entries(answer).map(([key, rows]) => [key, rowsShape(rows, aliasOf)])
  }
  if (path.startsWith('/api/jobs')) return jobShape(answer)
  if (path === '/upload/image' || path === '/features' || path === '/prompt') return answer
  if (path.startsWith('/object_info')) return infoShape(answer)
  return Object.keys(answer).sort()
}

function errorShape(error: unknown): unknown {
  return isRecord(error) ? [error['type'], error['message']] : null
}

function nodeErrorShape(errors: unknown): unknown {
  return Object.entries(isRecord(errors) ? errors : {}).map(([id, problem]) => {
    const reasons = isRecord(problem) && Array.isArray(problem['errors']) ? problem['errors'] : []
    const named = reasons.map((reason) =>
      isRecord(reason)
        ? JSON.stringify([reason['type'], reason['message'], infoKeys(reason)])
        : '?',
    )
    return [id, isRecord(problem) ? problem['class_type'] : null, named.sort()]
  })
}

function infoKeys(reason: Json): string {
  const info = reason['extra_info']
  return isRecord(info) ? Object.keys(info).sort().join(',') : ''
}

function historyShape(entry: unknown): unknown {
  if (!isRecord(entry)) return null
  const status = isRecord(entry['status']) ? entry['status'] : {}
  const messages = Array.isArray(status['messages']) ? status['messages'] : []
  const row = Array.isArray(entry['prompt']) ? entry['prompt'] : []
  return {
    keys: Object.keys(entry).sort(),
    status: [status['status_str'], status['completed']],
    messages: messages.map((message: unknown) => (Array.isArray(message) ? message[0] : null)),
    outputs: sortedEntries(entry['outputs']).map(([id, output]) => [id, outputShape(output)]),
    meta: sortedEntries(entry['meta']).map(([id, meta]) => [id, meta]),
    extra: Object.keys(isRecord(row[3]) ? row[3] : {}).sort(),
    wanted: Array.isArray(row[4]) ? row[4].map(String).sort() : null,
  }
}

function sortedEntries(value: unknown): [string, unknown][] {
  return Object.entries(isRecord(value) ? value : {}).sort(([a], [b]) => (a < b ? -1 : 1))
}

function rowsShape(rows: unknown, aliasOf: (id: string) => string): unknown {
  return (Array.isArray(rows) ? rows : []).map((row: unknown) =>
    Array.isArray(row) ? [row.length, aliasOf(readText(row[1]) ?? '')] : null,
  )
}

/** Of a list, the newest two: the older ones belong to the recorded server's past. */
function jobShape(answer: Json): unknown {
  const jobs = answer['jobs']
  if (!Array.isArray(jobs))
    return [answer['status'], answer['cancelled'], answer['error'], Object.keys(answer).sort()]
  return {
    newest: jobs
      .slice(0, 2)
      .map((job: unknown) => (isRecord(job) ? [job['status'], Object.keys(job).sort()] : null)),
    pagination: Object.keys(isRecord(answer['pagination']) ? answer['pagination'] : {}).sort(),
  }
}

function infoShape(answer: Json): unknown {
  return Object.entries(answer).map(([name, info]) =>
    isRecord(info)
      ? [
          name,
          info['input_order'],
          info['output_node'],
          info['name'],
          info['output_is_list'] !== undefined,
        ]
      : null,
  )
}
