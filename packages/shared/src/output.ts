/** A stored output of a job. Urls are added where it leaves the API: storage does not know its own address. */
import { z } from 'zod'

export const outputTypeSchema = z
  .enum(['image', 'video', 'audio', 'text', 'file', 'latent'])
  .meta({ id: 'OutputType' })
export type OutputType = z.infer<typeof outputTypeSchema>

export const outputSchema = z.object({
  /** Asset id (UUID), the same however often the output is collected. */
  id: z.string(),
  node_id: z.string(),
  name: z.string(),
  type: outputTypeSchema,
  content_type: z.string(),
  size_bytes: z.int().nonnegative(),
  /** `blake3:<hex>` of the content. */
  hash: z.string(),
  /** Kept at least until then (ms since the epoch). Set once: a watcher that folds events and one that joins late hold the same. */
  expires_at: z.number(),
})
export type Output = z.infer<typeof outputSchema>

/** The record behind an asset id: where its bytes are (by hash) and whose they are. */
export const assetSchema = outputSchema.extend({
  job_id: z.string(),
  /** ms since the epoch */
  created_at: z.number(),
})
export type Asset = z.infer<typeof assetSchema>
