/** Settings of the blob store: the API and the workers have the same. */
import { flag } from '@safelight/runtime'
import { z } from 'zod'

const S3_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const

const address = () =>
  z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// url' }).optional()

/** Each app's schema takes these in. */
export const ASSET_STORE_SHAPE = {
  ASSET_STORE: z
    .enum(['local', 's3'])
    .prefault('local')
    .describe(
      'Where the bytes of assets are: local (in SAFELIGHT_DATA_DIR, one folder for the API and the workers) or s3 (docs/assets.md)',
    ),
  S3_BUCKET: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{1,254}$/, 'must be the name of a bucket')
    .optional()
    .describe('Bucket for ASSET_STORE=s3; it must exist'),
  S3_PREFIX: z
    .string()
    .regex(/^[\w.+=@/-]{1,256}$/, 'must be letters, digits and any of _ . + = @ / -')
    .transform((text) => text.replace(/^\/+|\/+$/g, ''))
    .optional()
    .describe('Beginning of all keys in the bucket, without the slash at its end'),
  S3_REGION: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be the name of a region')
    .optional()
    .describe('Region of the bucket; unset: what the AWS environment says, else us-east-1'),
  S3_ENDPOINT: address().describe(
    'Address of an S3 service that is not AWS: MinIO, Ceph, Swift, R2…; unset: AWS',
  ),
  S3_PUBLIC_ENDPOINT: address().describe(
    'Address by which clients reach the same service, for the URLs they get; unset: S3_ENDPOINT',
  ),
  S3_FORCE_PATH_STYLE: flag()
    .prefault('false')
    .describe(
      'Write the bucket into the path instead of the host name; most services that are not AWS want it',
    ),
  S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe(
      'Credentials for S3, with S3_SECRET_ACCESS_KEY; unset: what the AWS SDK finds (environment, files, role of the machine)',
    ),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('The secret of S3_ACCESS_KEY_ID'),
  S3_SSE: z
    .enum(['AES256', 'aws:kms'])
    .optional()
    .describe(
      'Encryption that is asked of S3 for what is written: AES256 or aws:kms; unset: that of the bucket',
    ),
  S3_SSE_KMS_KEY_ID: z
    .string()
    .optional()
    .describe('KMS key for S3_SSE=aws:kms; unset: that of the bucket'),
  S3_ACL: z
    .enum(S3_ACLS)
    .optional()
    .describe(
      'Canned ACL of what is written; unset: none is sent, as buckets without ACLs want it',
    ),
  S3_REDIRECT: flag()
    .prefault('true')
    .describe(
      'Send clients that ask for content to S3 itself, with a URL that is signed for a while; false: all bytes go through the API',
    ),
}

const shape = z.object(ASSET_STORE_SHAPE)
export type AssetStoreSettings = z.output<typeof shape> & {
  /** Folder of the local store. */
  SAFELIGHT_DATA_DIR: string
}

/** What only together makes sense; for `superRefine` of the schemas that take `ASSET_STORE_SHAPE` in. */
export function checkAssetStore(settings: z.output<typeof shape>, context: z.RefinementCtx): void {
  const say = (name: keyof typeof ASSET_STORE_SHAPE, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message })
  if (settings.ASSET_STORE === 's3' && settings.S3_BUCKET === undefined) {
    say('S3_BUCKET', 'must be set for ASSET_STORE=s3')
  }
  if ((settings.S3_ACCESS_KEY_ID === undefined) !== (settings.S3_SECRET_ACCESS_KEY === undefined)) {
    say('S3_ACCESS_KEY_ID', 'it and S3_SECRET_ACCESS_KEY must both be set, or neither')
  }
  if (settings.S3_SSE_KMS_KEY_ID !== undefined && settings.S3_SSE !== 'aws:kms') {
    say('S3_SSE_KMS_KEY_ID', 'needs S3_SSE=aws:kms')
  }
}
