/** What an id may look like. It becomes part of Redis names, so nothing with a meaning there gets in. */
import { z } from 'zod'

const idSchema = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)
const EXAMPLE = '7f3d2c1b-9a8e-4d6f-b012-3c4d5e6f7a8b'

export const jobParams = z.object({ id: idSchema.meta({ example: EXAMPLE }) })
export const assetParams = z.object({ id: idSchema.meta({ example: EXAMPLE }) })

export function isJobId(text: string): boolean {
  return idSchema.safeParse(text).success
}
