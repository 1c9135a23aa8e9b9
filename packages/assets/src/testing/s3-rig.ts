/** A bucket of its own on an S3 service, and a look at what lies in it. */
import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { createS3Blobs } from '../blobs/s3-blobs.ts'
import { ASSET_STORE_SHAPE } from '../blobs/store-settings.ts'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { BlobStoreRig } from './blob-store-contract.ts'

export interface S3Access {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
}

const toSettings = (env: Record<string, string>) => ({
  ...z.object(ASSET_STORE_SHAPE).parse(env),
  SAFELIGHT_DATA_DIR: '',
})

export function toS3Settings(access: S3Access, more: Record<string, string> = {}) {
  return toSettings({
    ASSET_STORE: 's3',
    S3_ENDPOINT: access.endpoint,
    S3_ACCESS_KEY_ID: access.accessKeyId,
    S3_SECRET_ACCESS_KEY: access.secretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
    S3_PREFIX: 'some/where',
    ...more,
  })
}

function openS3Client({ endpoint, ...credentials }: S3Access): S3Client {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  onTestFinished(() => client.destroy())
  return client
}

/** A bucket of its own. */
export async function openS3Rig(access: S3Access): Promise<BlobStoreRig & { bucket: string }> {
  const client = openS3Client(access)
  const Bucket = `bucket-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket }))
  const blobs = createS3Blobs(toS3Settings(access, { S3_BUCKET: Bucket }))
  onTestFinished(() => blobs.close())
  return {
    blobs,
    bucket: Bucket,
    async list() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
      const { Uploads = [] } = await client
        .send(new ListMultipartUploadsCommand({ Bucket }))
        .catch(nothingIfNotImplemented)
      return [...Contents, ...Uploads].map(({ Key }) => Key ?? '')
    },
    async breakWrite() {
      const Key = 'some/where/ab/broken'
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      const Body = Buffer.alloc(5 << 20)
      await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body }))
    },
  }
}

function nothingIfNotImplemented(error: unknown) {
  if (error instanceof Error && error.name === 'NotImplemented') return { Uploads: [] }
  throw error
}
