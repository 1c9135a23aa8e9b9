/**
 * Blobs in a bucket of S3, or of a service that speaks it. What is larger than a part goes up in parts, two at a time:
 * that much is in memory, and nothing has a name before the last part is there.
 *
 * Only `openBlobStore` imports this file, and only where it is needed: the SDK is large.
 */
import { addAbortSignal, Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { BlobStore } from './blob-store.ts'
import { BlobStoreFailed } from './blob-store-failed.ts'
import type { AssetStoreSettings } from './store-settings.ts'

/** With the 10,000 parts that S3 allows: files up to 80 GB. */
const PART_BYTES = 8 * 1024 ** 2
const PARTS_AT_ONCE = 2
const CONNECT_MS = 5_000
/** How long a connection may stand still. */
const IDLE_MS = 60_000
/** Each download that goes through us has one. */
const MAX_CONNECTIONS = 500
/** What S3 takes. */
const MAX_SIGNED_SECONDS = 7 * 24 * 3_600

export function createS3Blobs(
  settings: AssetStoreSettings,
): BlobStore & { close(): Promise<void> } {
  const Bucket = settings.S3_BUCKET ?? ''
  const prefix = settings.S3_PREFIX ? `${settings.S3_PREFIX}/` : ''
  const client = new S3Client(toClientConfig(settings, settings.S3_ENDPOINT))
  const { S3_PUBLIC_ENDPOINT } = settings
  const signer = S3_PUBLIC_ENDPOINT
    ? new S3Client(toClientConfig(settings, S3_PUBLIC_ENDPOINT))
    : client
  const written = {
    ...(settings.S3_SSE && { ServerSideEncryption: settings.S3_SSE }),
    ...(settings.S3_SSE_KMS_KEY_ID && { SSEKMSKeyId: settings.S3_SSE_KMS_KEY_ID }),
    ...(settings.S3_ACL && { ACL: settings.S3_ACL }),
  }
  const at = (key: string) => ({ Bucket, Key: `${prefix}${key}` })

  async function abortUpload({ Key, UploadId }: MultipartUpload): Promise<boolean> {
    try {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
      return true
    } catch (error) {
      // its writer was faster
      if (isMissing(error)) return false
      throw error
    }
  }

  return {
    async write(key, body, { signal, contentType } = {}) {
      signal?.throwIfAborted()
      const source = watch(body)
      const stream = Readable.from(source.chunks, { highWaterMark: 1 })
      // whoever calls it off waits for the requests under way: one that was cut off might still take effect later
      if (signal) addAbortSignal(signal, stream)
      const upload = new Upload({
        client,
        params: { ...at(key), ...written, Body: stream, ContentType: contentType },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      })
      try {
        await upload.done()
      } catch (error) {
        signal?.throwIfAborted()
        if (source.failed) throw source.failed.error
        throw new BlobStoreFailed('take bytes', error)
      } finally {
        stream.destroy()
      }
    },

    async read(key, { range, signal } = {}) {
      const Range = range && `bytes=${range.start}-${range.end}`
      try {
        const { Body, ContentRange, ContentLength } = await client.send(
          new GetObjectCommand({ ...at(key), Range }),
          signal ? { abortSignal: signal } : {},
        )
        if (!(Body instanceof Readable)) throw new Error('no body')
        const body: Readable = Body
        if (signal) addAbortSignal(signal, body)
        return { body, size: toTotal(ContentRange) ?? ContentLength ?? 0 }
      } catch (error) {
        signal?.throwIfAborted()
        if (isMissing(error)) return null
        throw new BlobStoreFailed('give bytes', error)
      }
    },

    async remove(key) {
      try {
        await client.send(new DeleteObjectCommand(at(key)))
      } catch (error) {
        // AWS does not tell, others do
        if (!isMissing(error)) throw new BlobStoreFailed('remove bytes', error)
      }
    },

    async sweep(before) {
      let swept = 0
      let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}
      try {
        for (;;) {
          const page = await client.send(
            new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...after }),
          )
          for (const upload of page.Uploads ?? []) {
            const isOld = upload.Initiated !== undefined && upload.Initiated.getTime() < before
            // some services do not mind the prefix
            if (!isOld || !upload.Key?.startsWith(prefix)) continue
            if (await abortUpload(upload)) swept += 1
          }
          if (!page.IsTruncated || !page.NextKeyMarker) return swept
          after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        }
      } catch (error) {
        // a service that does not list them clears them away itself, or keeps them
        if (error instanceof Error && error.name === 'NotImplemented') return swept
        throw new BlobStoreFailed('sweep', error)
      }
    },

    async presign(key, { seconds, contentType, disposition }) {
      if (!settings.S3_REDIRECT) return null
      const command = new GetObjectCommand({
        ...at(key),
        ResponseContentType: contentType,
        ResponseContentDisposition: disposition,
      })
      const expiresIn = Math.min(Math.max(1, Math.ceil(seconds)), MAX_SIGNED_SECONDS)
      try {
        return await getSignedUrl(signer, command, { expiresIn })
      } catch (error) {
        // the SDK asks for credentials only now
        throw new BlobStoreFailed('sign a url', error)
      }
    },

    async close() {
      client.destroy()
      signer.destroy()
    },
  }
}

function toClientConfig(
  settings: AssetStoreSettings,
  endpoint: string | undefined,
): S3ClientConfig {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings
  const region = settings.S3_REGION ?? (endpoint && 'us-east-1')
  const agent = { keepAlive: true, maxSockets: MAX_CONNECTIONS }
  return {
    // without an endpoint the SDK looks where AWS has it: environment, files
    ...(region && { region }),
    forcePathStyle: settings.S3_FORCE_PATH_STYLE,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
    // the checksums that the SDK adds of itself are of AWS; others refuse them
    ...(endpoint && {
      endpoint,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  }
}

/** `bytes 0-3/10` → 10 */
function toTotal(contentRange: string | undefined): number | null {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1]
  return total === undefined ? null : Number(total)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes(error.name)
}

/** Tells what the body itself threw from what happened on the way. */
function watch(body: AsyncIterable<Uint8Array>) {
  const source = {
    failed: null as { error: unknown } | null,
    chunks: pass(),
  }
  async function* pass() {
    try {
      yield* body
    } catch (error) {
      source.failed = { error }
      throw error
    }
  }
  return source
}
