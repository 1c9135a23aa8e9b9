/** What can be asked of jobs. */
import {
  type BulkCancelResult,
  type JobPage,
  type JobView,
  type JobWorkflowView,
  stringifyExact,
  textAt,
  type WhyView,
  type Workflow,
} from '@safelight/shared'
import { toRandomHex } from './http/random-hex.ts'
import type { ApiCall, Http } from './http/request.ts'
import { retrying } from './http/retry.ts'
import { purgeJobs } from './purge.ts'
import { runJob } from './run.ts'
import type { CallOptions, CancelFilter, Jobs, ListOptions } from './types.ts'
import type { SharedWatches } from './watch/shared-watches.ts'
import { watchJob } from './watch/watch.ts'

const JOBS = '/api/v2/jobs'

export function createJobsApi(http: Http, watches: SharedWatches): Jobs {
  const jobs: Jobs = {
    async submit(workflow, { signal, idempotencyKey, ...options } = {}) {
      // with a key a repetition gets the first answer again, so that a lost answer costs no second picture
      const key = idempotencyKey ?? toRandomHex(16)
      const call: ApiCall = {
        method: 'POST',
        bodyText: toSubmitText(workflow, options),
        headers: { 'idempotency-key': key, 'idempotency-mode': 'replay' },
        signal,
      }
      return retrying(() => http.json<JobView>(JOBS, call), signal)
    },
    get: (jobId, options) => http.json<JobView>(pathOf(jobId), { ...options }),
    why: (jobId, options) => http.json<WhyView>(`${pathOf(jobId)}/why`, { ...options }),
    async workflow(jobId, options) {
      const { workflow } = await http.json<JobWorkflowView>(`${pathOf(jobId)}/workflow`, {
        ...options,
      })
      // it was a workflow when it was accepted
      return workflow as Workflow
    },
    async workflowText(jobId, { signal } = {}) {
      const answer = await http.open(`${pathOf(jobId)}/workflow`, { signal })
      // an object of JSON: it comes from our own API
      return textAt(await answer.text(), ['workflow']) ?? 'null'
    },
    list: (options = {}) => http.json<JobPage>(JOBS, toListCall(options)),
    setPriority(jobId, priority, options) {
      const call: ApiCall = { method: 'PATCH', body: { priority }, ...options }
      return http.json<JobView>(pathOf(jobId), call)
    },
    cancel(jobId, options) {
      const call: ApiCall = { method: 'POST', ...options }
      return retrying(() => http.json<JobView>(`${pathOf(jobId)}/cancel`, call), options?.signal)
    },
    cancelMany: (filter, options) => cancelMany(http, filter, options),
    delete: (jobId, options) => http.json<void>(pathOf(jobId), { method: 'DELETE', ...options }),
    purge: (filter, options) => purgeJobs(http, filter, options),
    watch: (jobId, options = {}) =>
      watchJob((id, listeners) => watches.subscribe(id, listeners), jobId, options),
    subscribe: (jobId, options) => watches.subscribe(jobId, options),
    run: (workflow, options = {}) => runJob(jobs, workflow, options),
  }
  return jobs
}

export function toListCall({ status, owner, limit, cursor, signal }: ListOptions): ApiCall {
  return {
    query: {
      status: status?.join(','),
      owner,
      limit: limit === undefined ? undefined : String(limit),
      cursor,
    },
    signal,
  }
}

/** The workflow goes in as it is written; an object, as `JSON.stringify` writes it, but for `bigint`s: they become numbers. */
function toSubmitText(workflow: Workflow | string, options: object): string {
  const text = typeof workflow === 'string' ? checkJson(workflow) : stringifyExact(workflow)
  const members = stringifyExact(options).slice(1, -1)
  return `{"workflow":${text}${members === '' ? '' : ','}${members}}`
}

/** @throws SyntaxError when it is no JSON: it must not become part of a body then */
function checkJson(text: string): string {
  const json = text.replace(/^\uFEFF/, '')
  JSON.parse(json)
  return json
}

function pathOf(jobId: string): string {
  return `${JOBS}/${encodeURIComponent(jobId)}`
}

/** One call cancels a bounded number: on until the server says that it has seen all. */
async function cancelMany(http: Http, filter: CancelFilter, options: CallOptions = {}) {
  const { status, ids, createdBefore, metadata, owner, all } = filter
  const total = { canceled: 0, canceling: 0, skipped: 0 }
  let cursor: string | null = null
  do {
    const query = {
      status: status?.join(','),
      ids: ids?.join(','),
      created_before: createdBefore?.toISOString(),
      metadata: Object.entries(metadata ?? {}).map(([name, value]) => `${name}:${value}`),
      owner,
      all: all ? 'true' : undefined,
      cursor: cursor ?? undefined,
    }
    const answer: BulkCancelResult = await http.json(JOBS, { method: 'DELETE', query, ...options })
    total.canceled += answer.canceled
    total.canceling += answer.canceling
    total.skipped += answer.skipped
    cursor = answer.next_cursor
  } while (cursor !== null)
  return total
}
