/** The last update of each job, so that a display that comes back begins where it was instead of at nothing. */
import type { Client, JobUpdate } from '../types.ts'

/** Jobs remembered per client; a page that shows more at once is rare. */
const JOBS_AT_MOST = 256

const memories = new WeakMap<Client, Map<string, JobUpdate>>()

export function recallUpdate(client: Client, jobId: string): JobUpdate | null {
  return memories.get(client)?.get(jobId) ?? null
}

/** The job that was updated least recently makes room. */
export function rememberUpdate(client: Client, update: JobUpdate): void {
  const memory = memories.get(client) ?? new Map<string, JobUpdate>()
  memories.set(client, memory)
  const { jobId } = update.snapshot
  memory.delete(jobId)
  memory.set(jobId, update)
  const [oldest] = memory.keys()
  if (memory.size > JOBS_AT_MOST && oldest !== undefined) memory.delete(oldest)
}
