/** DELETE /api/v2/jobs: cancels what a filter finds, a bounded number per call; harmless when repeated. */
import type { Clock } from '@safelight/runtime'
import {
  type BulkCancelQuery,
  bulkCancelQuerySchema,
  bulkCancelResultSchema,
  memberOf,
  type Snapshot,
} from '@safelight/shared'
import { isUnreadable, type JobStore } from '@safelight/store'
import { defineRoute } from '../http/route.ts'
import { type CancelDeps, cancelJob } from './cancel.ts'

export interface CancelManyDeps extends CancelDeps {
  store: Pick<JobStore, 'append' | 'list'>
  clock: Clock
  /** How long one call goes on. */
  workMs: number
}

const PAGE = 100
const CHANGES_AT_MOST = 1_000

interface Tally {
  canceled: number
  canceling: number
  skipped: number
}

export function cancelManyRoute(deps: CancelManyDeps) {
  return defineRoute({
    method: 'delete',
    path: '/api/v2/jobs',
    operationId: 'cancelJobs',
    tag: 'jobs',
    summary: 'Request cancellation of all jobs that match',
    description:
      'Every condition must hold; without one, `all=true` must say that all jobs are meant. Queued jobs are canceled at once, running ones are `canceling` until their host has stopped, ended ones are left alone. At most 1000 jobs per call, newest first: while `truncated`, call again with `next_cursor`. Records are kept: nothing is deleted.',
    request: { query: bulkCancelQuerySchema },
    success: {
      status: 200,
      description: 'How many were canceled.',
      schema: bulkCancelResultSchema,
    },
    errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
    async handle({ query, signal }) {
      const tally: Tally = { canceled: 0, canceling: 0, skipped: 0 }
      const cursor = query.ids
        ? await cancelListed(deps, query, { tally, ids: query.ids })
        : await cancelFound(deps, query, { tally, signal })
      return { body: { ...tally, truncated: cursor !== null, next_cursor: cursor } }
    },
  })
}

async function cancelListed(
  deps: CancelManyDeps,
  query: BulkCancelQuery,
  { tally, ids }: { tally: Tally; ids: readonly string[] },
): Promise<null> {
  const one = async (jobId: string) => count(tally, await cancelIf(deps, jobId, query))
  await Promise.all([...new Set(ids)].map(one))
  return null
}

/** @returns where to go on; null when everything was seen */
async function cancelFound(
  deps: CancelManyDeps,
  query: BulkCancelQuery,
  { tally, signal }: { tally: Tally; signal: AbortSignal },
): Promise<string | null> {
  const until = deps.clock.steady() + deps.workMs
  let cursor = query.cursor ?? null
  do {
    signal.throwIfAborted()
    const page = await deps.store.list({
      status: query.status ?? ['queued', 'running'],
      limit: PAGE,
      ...(cursor !== null && { cursor }),
    })
    const meant = page.jobs.filter((snapshot) => matches(snapshot, query))
    await Promise.all(
      meant.map(async ({ jobId }) => count(tally, await cancelIf(deps, jobId, query))),
    )
    cursor = page.nextCursor
    const changed = tally.canceled + tally.canceling
    if (changed + PAGE > CHANGES_AT_MOST || deps.clock.steady() > until) break
  } while (cursor !== null)
  return cursor
}

/** Judged once more on the record itself: the job may have moved on since it was listed. */
async function cancelIf(deps: CancelManyDeps, jobId: string, query: BulkCancelQuery) {
  try {
    return await cancelJob(deps, jobId, (snapshot) => matches(snapshot, query))
  } catch (error) {
    // one that cannot be read must not keep the others
    if (isUnreadable(error)) return null
    throw error
  }
}

function matches(snapshot: Snapshot, query: BulkCancelQuery): boolean {
  const { status, created_before, metadata, owner } = query
  if (status && !status.some((wanted) => wanted === snapshot.status)) return false
  if (owner !== undefined && snapshot.owner !== owner) return false
  if (created_before !== undefined && snapshot.createdAt >= created_before) return false
  return (metadata ?? []).every(([name, value]) => {
    const held = snapshot.metadata ? memberOf(snapshot.metadata, name) : undefined
    return held !== undefined && (typeof held === 'string' ? held : JSON.stringify(held)) === value
  })
}

function count(tally: Tally, result: Awaited<ReturnType<typeof cancelJob>>): void {
  if (result?.outcome !== 'appended') tally.skipped += 1
  else if (result.snapshot.status === 'canceling') tally.canceling += 1
  else tally.canceled += 1
}
