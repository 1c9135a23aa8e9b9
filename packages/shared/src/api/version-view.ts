/** Which server this is. */
import { z } from 'zod'

/** Of the contract that the REST face keeps: Comfy API v2, and what is ours on top. */
export const CONTRACT_VERSION = '2.0.0'

export const versionViewSchema = z
  .object({
    version: z.string().meta({ description: 'Of Safelight.', example: '0.1.0' }),
    commit: z.string().nullable().meta({ description: 'That was built; null when nobody said.' }),
    contract: z.string().meta({ description: 'Version of this API.', example: '2.0.0' }),
    node: z.string().meta({ description: 'Version of Node.js.', example: '24.11.0' }),
  })
  .meta({ id: 'Version' })
export type VersionView = z.infer<typeof versionViewSchema>
