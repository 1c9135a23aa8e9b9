/** A stored output of a job. Urls are added where it leaves the API: storage does not know its own address. */
import { z } from 'zod'
import { DEFAULT_OWNER, OUTPUT_TEXT_MAX } from './limits.ts'

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
  /** The host keeps it as a temporary file: something to look at on the way. */
  preview: z.boolean().optional(),
  /** Place among the outputs of its job: as the nodes stand in the graph, what is to be looked at on the way last. */
  order: z.int().nonnegative().optional(),
  /** Of a text: its beginning. */
  text: z.string().max(OUTPUT_TEXT_MAX).optional(),
  /** The host did not make it for this job: it had it still. */
  reused: z.boolean().optional(),
})
export type Output = z.infer<typeof outputSchema>

/** The record behind an asset id: where its bytes are (by hash), what they are and whose. */
export const assetSchema = z.object({
  /** UUID */
  id: z.string(),
  /** `blake3:<hex>` of the content. */
  hash: z.string(),
  size_bytes: z.int().nonnegative(),
  content_type: z.string(),
  type: outputTypeSchema,
  /** Without folders; a download is called so. */
  name: z.string(),
  /** Where its sender places it; null for what a job made. */
  file_path: z.string().nullable().default(null),
  tags: z.array(z.string()).default([]),
  owner: z.string().default(DEFAULT_OWNER),
  /** The job that made it; null when it was uploaded. */
  job_id: z.string().nullable(),
  /** The node of that job. */
  node_id: z.string().nullable().default(null),
  preview: z.boolean().optional(),
  /** Pixels, of a picture whose header says so. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** ms since the epoch */
  created_at: z.number(),
  /** Kept at least until then (ms since the epoch); null: until it is deleted. */
  expires_at: z.number().nullable(),
})
export type Asset = z.infer<typeof assetSchema>
