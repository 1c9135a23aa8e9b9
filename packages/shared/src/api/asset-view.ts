/** `Asset`: the record behind an output or an upload, with fresh links. Comfy API v2's schema, plus `type` and everything after it. */
import { z } from 'zod'
import { outputTypeSchema } from '../output.ts'
import { jobViewSchema, jobWorkflowSchema } from './job-view.ts'

export const assetViewSchema = z
  .object({
    id: z.string(),
    /** `blake3:<hex>` */
    hash: z.string().nullable(),
    size_bytes: z.int().nonnegative(),
    content_type: z.string(),
    file_path: z.string().nullable(),
    /** Only where it was just created: whether its bytes are new here. */
    created_new: z.boolean().optional(),
    created_at: z.iso.datetime(),
    /** Absolute address of the content; valid until `url_expires_at`. */
    url: z.url(),
    url_expires_at: z.iso.datetime(),
    /** Retention deadline; null: kept until it is deleted. */
    expires_at: z.iso.datetime().nullable(),
    /** The job that made it; absent for an upload. */
    job_id: z.string().optional(),
    type: outputTypeSchema,
    name: z.string(),
    node_id: z.string().nullable(),
    tags: z.array(z.string()),
    owner: z.string(),
    preview: z.boolean(),
    width: z.int().positive().nullable(),
    height: z.int().positive().nullable(),
    /** A small picture of it; `w` in its query may be 128, 256, 512 or 1024. Null where there is none. */
    thumbnail_url: z.url().nullable(),
  })
  .meta({ id: 'Asset' })
export type AssetView = z.infer<typeof assetViewSchema>

export const assetPageSchema = z
  .object({
    assets: z.array(assetViewSchema),
    /** Pass as `cursor` for the next page; null on the last. */
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'AssetPage' })
export type AssetPage = z.infer<typeof assetPageSchema>

/** Where an asset comes from: the job that made it, and the workflow as it was sent. */
export const assetJobSchema = jobWorkflowSchema
  .extend({ job: jobViewSchema })
  .meta({ id: 'AssetJob' })
export type AssetJob = z.infer<typeof assetJobSchema>
