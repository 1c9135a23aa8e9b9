/** What was last heard of each job, so that a display that comes back begins where it was instead of at nothing. */
import type { Client, JobUpdate } from '../types.ts'

export interface LastHeard {
  update: JobUpdate
  /** The highest value of the bar so far. */
  value: number
}

/** Jobs remembered per client; a page that shows more at once is rare. */
const JOBS_AT_MOST = 256

const memories = new WeakMap<Client, Map<string, LastHeard>>()

export function recallLastHeard(client: Client, jobId: string): LastHeard | null {
  return memories.get(client)?.get(jobId) ?? null
}

/** The job that was heard of least recently makes room. */
export function rememberLastHeard(client: Client, update: JobUpdate): void {
  const memory = memories.get(client) ?? new Map<string, LastHeard>()
  memories.set(client, memory)
  const { jobId, progress } = update.snapshot
  const value = Math.max(memory.get(jobId)?.value ?? 0, progress?.value ?? 0)
  memory.delete(jobId)
  memory.set(jobId, { update, value })
  const [oldest] = memory.keys()
  if (memory.size > JOBS_AT_MOST && oldest !== undefined) memory.delete(oldest)
}
