/** Deleting many jobs: one call takes a bounded number, so it goes on until the server says that it has seen all. */
import type { PurgeRequest, PurgeResult } from '@safelight/shared'
import type { Http } from './http/request.ts'
import { retrying } from './http/retry.ts'
import type { Purged, PurgeFilter, PurgeOptions } from './types.ts'

export async function purgeJobs(
  http: Http,
  { olderThan, status, owner, all, deadLetters }: PurgeFilter,
  { dryRun = false, onProgress, signal }: PurgeOptions = {},
): Promise<Purged> {
  const request: PurgeRequest = {
    ...(olderThan !== undefined && { older_than_s: Math.ceil(olderThan / 1_000) }),
    ...(status && { status: [...status] }),
    ...(owner !== undefined && { owner }),
    ...(all && { all }),
    ...(deadLetters !== undefined && { dead_letters: deadLetters }),
    dry_run: dryRun,
  }
  const total = { jobs: 0, outputs: 0, outputs_kept: 0, bytes: 0, skipped: 0 }
  let cursor: string | null = null
  do {
    const body: PurgeRequest = { ...request, ...(cursor !== null && { cursor }) }
    const call = { method: 'POST', body, signal } as const
    const answer: PurgeResult = await retrying(
      () => http.json<PurgeResult>('/api/v2/jobs/purge', call),
      signal,
    )
    total.jobs += answer.jobs
    total.outputs += answer.outputs
    total.outputs_kept += answer.outputs_kept
    total.bytes += answer.bytes
    total.skipped += answer.skipped
    onProgress?.({ ...total })
    cursor = answer.next_cursor
  } while (cursor !== null)
  return total
}
