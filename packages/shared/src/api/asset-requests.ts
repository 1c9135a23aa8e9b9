/** What a client may send about assets. Where a file is to be placed is checked here; what it is, its bytes tell. */
import { z } from 'zod'
import { EXPIRES_IN_MAX, EXPIRES_IN_MIN, FILE_PATH_MAX, TAG_MAX, TAGS_MAX } from '../limits.ts'
import { outputTypeSchema } from '../output.ts'
import { labelSchema, pageQuerySchema } from './requests.ts'

/** `photo.png`, `models/checkpoints/x.safetensors`: relative, in the namespace of all inputs, and nothing but that. */
export const filePathSchema = z
  .string()
  .min(1)
  .max(FILE_PATH_MAX)
  .refine(isPlacement, {
    error: 'must be a relative path of names with / between them, none of them . or ..',
  })
  .meta({ description: 'Placement path or file name.', example: 'photo.png' })

function isPlacement(path: string): boolean {
  // also `C:` and what hides or turns what is read of it
  if (/[\\\p{Cc}\p{Cf}\p{Surrogate}]|^[A-Za-z]:/u.test(path)) return false
  return path.split('/').every((name) => name.trim() !== '' && name !== '.' && name !== '..')
}

export const tagsSchema = z
  .array(
    z
      .string()
      .min(1)
      .max(TAG_MAX)
      .regex(/^[^\p{Cc}\p{Surrogate}]+$/u, 'must be plain text'),
  )
  .max(TAGS_MAX)
  .meta({ description: 'Categories, e.g. `input`.' })

const expiresInSchema = z.int().min(EXPIRES_IN_MIN).max(EXPIRES_IN_MAX).meta({
  description: 'Seconds from now for which it is kept, in place of `ASSET_RETENTION`.',
  example: 86_400,
})

const ownerSchema = labelSchema.meta({ description: 'Whose it is: a tenant. Unset: `default`.' })

const placement = {
  file_path: filePathSchema.optional(),
  tags: tagsSchema.optional(),
  expires_in: expiresInSchema.optional(),
  owner: ownerSchema.optional(),
}

/** The fields of an upload before its `file`, each as text. */
export const uploadFieldsSchema = z.strictObject({
  content_type: z
    .string()
    .max(255)
    .regex(/^[\w.+-]+\/[\w.+-]+ *(;.*)?$/, 'must be a media type such as image/png')
    .meta({ description: 'What the sender takes it for; the bytes are looked at as well.' }),
  file_path: filePathSchema,
  expected_hash: z.string().max(128).optional().meta({
    description: '`blake3:<hex>`. Bytes of another hash are refused with 409 `hash_mismatch`.',
  }),
  tags: tagsSchema.optional(),
  expires_in: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number of seconds')
    .transform(Number)
    .pipe(expiresInSchema)
    .optional(),
  owner: ownerSchema.optional(),
})

export const assetFromHashRequestSchema = z
  .strictObject({
    hash: z.string().max(128).meta({ example: 'blake3:9f8a1c0d…' }),
    ...placement,
  })
  .meta({ id: 'AssetFromHashRequest' })
export type AssetFromHashRequest = z.input<typeof assetFromHashRequestSchema>

export const assetFromUrlRequestSchema = z
  .strictObject({
    url: z.string().min(1).max(4096).meta({
      description: 'Fetched by the service: `https`, public addresses, three redirects at most.',
      example: 'https://pictures.example/photo.png',
    }),
    ...placement,
  })
  .meta({ id: 'AssetFromUrlRequest' })
export type AssetFromUrlRequest = z.input<typeof assetFromUrlRequestSchema>

const momentSchema = z.iso
  .datetime({ offset: true })
  .or(z.iso.date())
  .transform((text) => Date.parse(text))

export const assetListQuerySchema = pageQuerySchema.extend({
  type: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(outputTypeSchema).min(1).max(outputTypeSchema.options.length))
    .optional()
    .meta({ description: 'Comma-separated types.', example: 'image,video' }),
  job: z.string().min(1).max(128).optional().meta({ description: 'Only what this job made.' }),
  name: z.string().min(1).max(200).optional().meta({
    description: 'Part of the name, in any case.',
  }),
  tag: z.string().min(1).max(TAG_MAX).optional(),
  owner: labelSchema.optional().meta({ description: 'Only assets of this owner.' }),
  since: momentSchema.optional().meta({ description: 'Made then or later.' }),
  until: momentSchema.optional().meta({ description: 'Made before then.' }),
})
