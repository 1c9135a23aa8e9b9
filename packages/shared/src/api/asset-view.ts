/** `Asset`: the record behind an output's id, with fresh links. */
import { z } from 'zod'
import { outputViewSchema } from './output-view.ts'

export const assetViewSchema = outputViewSchema
  .extend({
    file_path: z.string().nullable(),
    created_at: z.iso.datetime(),
    /** Retention deadline: that of the job that made it. */
    expires_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Asset' })
export type AssetView = z.infer<typeof assetViewSchema>
