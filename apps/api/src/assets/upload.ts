/** POST /api/v2/assets: bytes in a form become an asset, streamed through to the store. */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import { ingest, TooLarge, toUpload } from '@safelight/assets'
import {
  ApiError,
  type Asset,
  assetViewSchema,
  DEFAULT_OWNER,
  toLine,
  uploadFieldsSchema,
} from '@safelight/shared'
import type { Request } from 'express'
import { z } from 'zod'
import { defineRoute } from '../http/route.ts'
import { type AssetDeps, toExpiry } from './deps.ts'
import { openForm, type UploadForm } from './multipart.ts'
import { toAssetView } from './view.ts'

const uploadHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'at most 255 visible ASCII characters' })
    .optional()
    .meta({
      description:
        'Good for one asset in 24 h: any later upload with the same key is refused with 422 `idempotency_key_reuse`; `details.asset_id` says what it was used for. An upload that fails does not use it up.',
    }),
})

const formSchema = uploadFieldsSchema.extend({
  file: z.string().meta({ format: 'binary', description: 'The bytes. The last part.' }),
})

export function uploadRoute(deps: AssetDeps) {
  return defineRoute({
    method: 'post',
    path: '/api/v2/assets',
    operationId: 'postAssets',
    tag: 'assets',
    summary: 'Upload an asset (single-call multipart)',
    description:
      'The fields come first and `file` last: the bytes are streamed, never held. What they are is read from how they begin; a declared type counts for what has no mark of its own.',
    request: { headers: uploadHeaders },
    form: formSchema,
    success: {
      status: 201,
      description: 'New blob stored; asset minted.',
      schema: assetViewSchema,
    },
    alsoAnswers: { 200: 'The same bytes were here already; asset minted over them.' },
    errors: [
      'invalid_request',
      'unauthorized',
      'forbidden',
      'hash_mismatch',
      'payload_too_large',
      'invalid_upload',
      'idempotency_key_reuse',
      'upstream_error',
      'unavailable',
    ],
    async handle({ headers, request, links }) {
      await deps.refuseWhenFull()
      const assetId = randomUUID()
      const key = headers['Idempotency-Key']
      if (key !== undefined) await takeKey(deps, key, assetId)
      return {
        // from here on it takes as long as the bytes do
        async send(response) {
          const made = await settleKey(deps, { key, assetId }, receive(deps, request, assetId))
          const view = toAssetView(made.asset, links, made.createdNew)
          response.status(made.createdNew ? 201 : 200).json(view)
        },
      }
    },
  })
}

async function receive(deps: AssetDeps, request: Request, assetId: string) {
  const { maxBytes } = deps.limits
  const form = await openForm(request, maxBytes)
  try {
    const { expected_hash, ...facts } = readFields(form)
    const now = await deps.store.now()
    return await ingest(deps, {
      body: form.file,
      maxBytes,
      async toAsset(received): Promise<Asset> {
        // what comes after the file may still show that it is not a form at all
        await form.ended
        if (expected_hash !== undefined && expected_hash !== received.hash) {
          throw new ApiError('hash_mismatch', 'The bytes that came have another hash.', {
            details: { expected_hash: toLine(expected_hash), hash: received.hash },
          })
        }
        return toUpload(received, {
          id: assetId,
          declared: facts.content_type,
          name: basename(facts.file_path),
          filePath: facts.file_path,
          tags: facts.tags ?? [],
          owner: facts.owner ?? DEFAULT_OWNER,
          createdAt: now,
          expiresAt: toExpiry(now, facts.expires_in, deps.retentionMs),
        })
      },
    })
  } catch (error) {
    form.drop()
    // the trouble of its sender is the form's to say
    if (form.trouble) throw form.trouble
    throw error instanceof TooLarge ? tooLarge(maxBytes) : error
  }
}

function readFields({ fields }: UploadForm): z.output<typeof uploadFieldsSchema> {
  const given = Object.fromEntries(
    [...fields].map(([name, values]) => [name, name === 'tags' ? toTags(values) : values[0]]),
  )
  const repeated = [...fields].find(([name, values]) => name !== 'tags' && values.length > 1)
  if (repeated) throw new ApiError('invalid_upload', `${toLine(repeated[0])}: is sent twice.`)
  const parsed = uploadFieldsSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  const path = toLine(first?.path.map(String).join('.') ?? '')
  const isMissing = path !== '' && !(path in given)
  const message = isMissing
    ? 'is required, and must be sent before the file'
    : toLine(first?.message ?? 'invalid')
  throw new ApiError('invalid_upload', `${path ? `${path}: ` : ''}${message}.`, {
    details: { issues: [{ path, message }] },
  })
}

/** One by one, as a list of JSON, or separated by commas: clients differ. */
function toTags(values: readonly string[]): unknown[] {
  return values.flatMap((value): unknown[] => {
    if (!value.trimStart().startsWith('['))
      return value.split(',').flatMap((tag) => tag.trim() || [])
    try {
      const list: unknown = JSON.parse(value)
      return Array.isArray(list) ? list : [list]
    } catch {
      return [value]
    }
  })
}

/** A claim outlives its upload by so much: whoever holds it has ended by then. */
const CLAIM_SLACK_MS = 60_000

async function takeKey({ uploadKeys, limits }: AssetDeps, key: string, assetId: string) {
  const other = await uploadKeys.take(key, assetId, limits.uploadMs + CLAIM_SLACK_MS)
  if (other === null) return
  throw new ApiError('idempotency_key_reuse', 'This Idempotency-Key has been used already.', {
    details: { asset_id: other },
  })
}

async function settleKey<T>(
  { uploadKeys }: AssetDeps,
  { key, assetId }: { key: string | undefined; assetId: string },
  work: Promise<T>,
): Promise<T> {
  try {
    const made = await work
    // not kept: it ends a little sooner, and nobody is told a lie
    if (key !== undefined) await uploadKeys.keep(key, assetId).catch(() => undefined)
    return made
  } catch (error) {
    if (key !== undefined) await uploadKeys.giveBack(key, assetId).catch(() => undefined)
    throw error
  }
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError('payload_too_large', `At most ${maxBytes} bytes are taken.`, {
    details: { limit_bytes: maxBytes },
  })
}
