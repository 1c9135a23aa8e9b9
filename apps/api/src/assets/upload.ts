/** POST /api/v2/assets: bytes in a form become an asset, streamed through to the store; or those at a url. */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import { ingest, toUpload } from '@safelight/assets'
import {
  ApiError,
  type Asset,
  assetFromUrlRequestSchema,
  assetViewSchema,
  DEFAULT_OWNER,
  toLine,
  uploadFieldsSchema,
} from '@safelight/shared'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { defineRoute } from '../http/route.ts'
import type { AssetDeps } from './deps.ts'
import { toExpiry } from './from-url.ts'
import { openForm, type UploadForm } from './multipart.ts'
import { toRefusal } from './refusals.ts'
import { takeKey, uploadHeaders, withKey } from './upload-key.ts'
import { toAssetView } from './view.ts'

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
      'The fields come first and `file` last: the bytes are streamed, never held. What they are is read from how they begin; a declared type counts for what has no mark of its own. With a JSON body, the service fetches `url` itself.',
    request: { headers: uploadHeaders, body: assetFromUrlRequestSchema.optional() },
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
    async handle({ headers, body, request, links }) {
      await deps.refuseWhenFull()
      const assetId = randomUUID()
      const key = headers['Idempotency-Key'] ?? null
      await takeKey(deps, key, assetId)
      return {
        // from here on it takes as long as the bytes do
        async send(response) {
          const made = await withKey(deps, { key, assetId }, () =>
            body
              ? fetchFor(deps, response, { ...body, id: assetId })
              : receive(deps, request, assetId),
          )
          const view = toAssetView(made.asset, links, made.createdNew)
          response.status(made.createdNew ? 201 : 200).json(view)
        },
      }
    },
  })
}

async function receive(deps: AssetDeps, request: Request, assetId: string) {
  const { maxBytes } = deps.limits
  const form = await openForm(request, maxBytes).catch((error: unknown) => {
    throw toRefusal(error)
  })
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
        const told = {
          id: assetId,
          declared: facts.content_type,
          name: basename(facts.file_path),
          filePath: facts.file_path,
          tags: facts.tags ?? [],
          owner: facts.owner ?? DEFAULT_OWNER,
          createdAt: now,
          expiresAt: toExpiry(now, facts.expires_in, deps.retentionMs),
        }
        return toUpload(received, told, deps.limits)
      },
    })
  } catch (error) {
    form.drop()
    // the trouble of its sender is the form's to say
    throw toRefusal(form.trouble ?? error)
  }
}

/** Nobody fetches for a client that has gone. */
async function fetchFor(
  { fetchAsset }: AssetDeps,
  response: Response,
  { url, ...options }: z.output<typeof assetFromUrlRequestSchema> & { id: string },
) {
  const gone = new AbortController()
  const onClose = () => gone.abort(new Error('the client has gone'))
  response.once('close', onClose)
  try {
    return await fetchAsset(url, { ...options, signal: gone.signal })
  } finally {
    response.off('close', onClose)
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
  const isMissing = first?.path.length === 1 && !Object.hasOwn(given, path)
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
