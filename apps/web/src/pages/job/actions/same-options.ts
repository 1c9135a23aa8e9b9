/** What a job was allowed and marked with, for another one like it. */
import type { SubmitOptions } from '@safelight/client'
import type { SnapshotView } from '@safelight/shared'
import { withoutBatch } from '../siblings.ts'

/** Not its start deadline: that was a moment, and it is over. */
export function toSameOptions({ priority, limits, metadata }: SnapshotView): SubmitOptions {
  const kept = withoutBatch(metadata)
  const { timeoutMs, nodeRetries } = limits
  return {
    ...(priority !== 0 && { priority }),
    ...(kept && { metadata: kept }),
    ...(timeoutMs !== null && { timeout_s: Math.round(timeoutMs / 1_000) }),
    ...(nodeRetries > 0 && { node_retries: nodeRetries }),
  }
}
