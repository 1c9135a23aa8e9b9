/** The jobs API of newer servers: one list over queue and history, and a targeted cancel. */
import type { HistoryRecord } from '../executor/history.ts'
import { readJsonObject } from './body.ts'
import { createTimeOf, type JobRecord, statusOf, toJobDetail, toJobSummary } from './job-record.ts'
import { sendJson } from './respond.ts'
import type { Exchange, Route } from './router.ts'
import type { ServerState } from './server-state.ts'

const STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function jobRoutes(state: ServerState): readonly Route[] {
  const { queue, history, interrupt, environment } = state
  if (!environment.traits.jobsApi) return []

  const unfinished = (): JobRecord[] => {
    const running = queue.running()
    return [
      ...queue.pending().map((item) => ({ status: 'pending' as const, item, entry: null })),
      ...(running ? [{ status: 'in_progress' as const, item: running, entry: null }] : []),
    ]
  }
  const finished = (entry: HistoryRecord): JobRecord => ({
    status: statusOf(entry),
    item: entry.item,
    entry,
  })
  // The history may be long, so one job is never looked for by going through it.
  const find = (id: string): JobRecord | undefined => {
    const entry = history.get(id)
    return unfinished().find(({ item }) => item.promptId === id) ?? (entry && finished(entry))
  }

  const cancel = (id: string): boolean => {
    if (queue.remove(id)) return true
    if (queue.running()?.promptId !== id) return false
    interrupt.raise()
    return true
  }

  return [
    {
      method: 'GET',
      path: '/api/jobs',
      answer: (exchange) => listJobs([...unfinished(), ...history.list().map(finished)], exchange),
    },
    {
      method: 'GET',
      path: '/api/jobs/{id}',
      answer({ response, params }) {
        const record = find(params['id'] ?? '')
        if (record) sendJson(response, toJobDetail(record, environment.traits))
        else sendJson(response, { error: 'Job not found' }, 404)
      },
    },
    {
      method: 'POST',
      path: '/api/jobs/{id}/cancel',
      answer: ({ response, params }) =>
        sendJson(response, { cancelled: cancel(params['id'] ?? '') }),
    },
    {
      method: 'POST',
      path: '/api/jobs/cancel',
      async answer({ request, response }) {
        const given = (await readJsonObject(request))['job_ids']
        const ids: unknown[] = Array.isArray(given) ? given : []
        const invalid = ids.filter((id) => typeof id !== 'string' || !UUID.test(id))
        if (ids.length === 0 || invalid.length > 0) {
          return sendJson(
            response,
            { error: 'job_ids must be a list of UUIDs', invalid_ids: invalid },
            400,
          )
        }
        const cancelled = ids.map((id) => cancel(String(id)))
        sendJson(response, { cancelled: cancelled.includes(true) })
      },
    },
  ]
}

function listJobs(records: readonly JobRecord[], { query, response }: Exchange): void {
  const wanted =
    query
      .get('status')
      ?.split(',')
      .map((name) => name.trim()) ?? STATUSES
  const limit = readBound(query.get('limit'), 1)
  const offset = readBound(query.get('offset'), 0) ?? 0
  const order = query.get('sort_order') ?? 'desc'
  const sortBy = query.get('sort_by') ?? 'created_at'
  const isKnown =
    wanted.every((name) => STATUSES.includes(name)) &&
    ['asc', 'desc'].includes(order) &&
    ['created_at', 'execution_duration'].includes(sortBy)
  if (!isKnown || limit === 'bad' || offset === 'bad') {
    return sendJson(response, { error: 'Invalid query parameter' }, 400)
  }
  const direction = order === 'asc' ? 1 : -1
  const key = sortBy === 'created_at' ? ({ item }: JobRecord) => createTimeOf(item) : durationOf
  const workflowId = query.get('workflow_id')
  const sorted = records
    .filter(({ status }) => wanted.includes(status))
    .sort((a, b) => (key(a) - key(b) || a.item.number - b.item.number) * direction)
    .map(toJobSummary)
    .filter((job) => workflowId === null || job['workflow_id'] === workflowId)
  const jobs = sorted.slice(offset, limit === null ? undefined : offset + limit)
  const has_more = offset + jobs.length < sorted.length
  sendJson(response, { jobs, pagination: { offset, limit, total: sorted.length, has_more } })
}

function durationOf(record: JobRecord): number {
  const { execution_start_time: start, execution_end_time: end } = toJobSummary(record)
  return typeof start === 'number' && typeof end === 'number' ? end - start : 0
}

function readBound(text: string | null, least: number): number | null | 'bad' {
  if (text === null) return null
  const value = Number(text)
  return Number.isInteger(value) && value >= least ? value : 'bad'
}
