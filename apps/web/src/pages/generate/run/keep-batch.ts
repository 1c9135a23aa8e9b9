/** The batch on the page: who looks at one of its jobs and comes back finds it again, in the same tab. */
import { MAX_COUNT } from '../draft/draft.ts'

export interface Batch {
  name: string
  jobIds: readonly string[]
}

const KEY = 'safelight.batch.1'

export function keepBatch(batch: Batch | null): void {
  try {
    if (batch) sessionStorage.setItem(KEY, JSON.stringify(batch))
    else sessionStorage.removeItem(KEY)
  } catch {
    // the browser keeps nothing: the batch then lives as long as the page
  }
}

export function readBatch(): Batch | null {
  try {
    return toBatch(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'))
  } catch {
    return null
  }
}

function toBatch(kept: unknown): Batch | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { name, jobIds }: Partial<Record<keyof Batch, unknown>> = kept
  if (typeof name !== 'string' || !Array.isArray(jobIds)) return null
  const ids = jobIds.filter((id) => typeof id === 'string').slice(0, MAX_COUNT)
  return ids.length > 0 ? { name, jobIds: ids } : null
}
