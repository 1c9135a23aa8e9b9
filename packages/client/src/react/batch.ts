/** Jobs that belong together: each carries in its metadata which of how many it is. */
import { toRandomHex } from '../http/random-hex.ts'
import type { SubmitOptions } from '../types.ts'

/** The options of each job of a batch, in order. A `batch` id in the metadata stays; otherwise one is made up. */
export function toBatchOptions(count: number, options: SubmitOptions): SubmitOptions[] {
  const { idempotencyKey, metadata, ...rest } = options
  const shared = { batch: toRandomHex(8), ...metadata }
  return Array.from({ length: count }, (_, at) => ({
    ...rest,
    // one key names one job
    ...(idempotencyKey !== undefined && { idempotencyKey: `${idempotencyKey}-${at + 1}` }),
    metadata: { ...shared, batch_index: at + 1, batch_count: count },
  }))
}
