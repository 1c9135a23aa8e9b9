/** GET routes of assets: the record, and the bytes from the content-addressed store. */
import { join } from 'node:path'
import { keyOf } from '@safelight/assets'
import { ApiError, type Asset, type AssetView, assetViewSchema } from '@safelight/shared'
import type { AssetStore } from '@safelight/store'
import type { Response } from 'express'
import { z } from 'zod'
import type { Links } from '../http/links.ts'
import { defineRoute } from '../http/route.ts'
import { assetParams } from '../jobs/job-id.ts'
import { toIso } from '../jobs/view.ts'
import { toDisposition, toServedType } from './content-type.ts'

export interface AssetDeps {
  assets: Pick<AssetStore, 'load' | 'blobOf'>
  dataDir: string
}

export function getAssetRoute({ assets }: AssetDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/assets/{id}',
    operationId: 'getAsset',
    tag: 'assets',
    summary: 'Asset metadata',
    request: { params: assetParams },
    success: { status: 200, description: 'The asset.', schema: assetViewSchema },
    errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
    async handle({ params, links }) {
      const asset = await assets.load(params.id)
      if (!asset) throw noSuchAsset()
      return { body: toAssetView(asset, links) }
    },
  })
}

const contentHeaders = z.object({
  Range: z.string().optional().meta({ description: 'e.g. `bytes=0-1048575`' }),
})

export function getContentRoute({ assets, dataDir }: AssetDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/assets/{id}/content',
    operationId: 'getAssetContent',
    tag: 'assets',
    summary: 'Asset bytes',
    request: { params: assetParams, headers: contentHeaders },
    success: {
      status: 200,
      description: 'The full content.',
      contentType: 'application/octet-stream',
    },
    alsoAnswers: { 206: 'Partial content for a ranged request.', 304: 'Not modified.' },
    errors: ['unauthorized', 'not_found', 'range_not_satisfiable', 'upstream_error', 'unavailable'],
    async handle({ params }) {
      const asset = await assets.load(params.id)
      const hex = asset && /^blake3:([0-9a-f]{64})$/.exec(asset.hash)?.[1]
      if (!hex) throw noSuchAsset()
      const key = await keyOf({ assets }, asset.hash)
      return { send: (response) => sendBlob(response, { asset, hex, key, dataDir }) }
    },
  })
}

function sendBlob(
  response: Response,
  { asset, hex, key, dataDir }: { asset: Asset; hex: string; key: string; dataDir: string },
): Promise<void> {
  const { type, inline } = toServedType(asset.content_type)
  response.set({
    'Content-Type': type,
    'Content-Disposition': toDisposition(asset.name, inline),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    // the hash is the content: it can never change under this address
    ETag: `"${hex}"`,
    'Cache-Control': 'private, max-age=31536000, immutable',
  })
  if (isCached(response.req.headers['if-none-match'], hex)) {
    response.status(304).end()
    return Promise.resolve()
  }
  const options = { root: join(dataDir, 'blobs'), lastModified: false }
  return new Promise((resolve, reject) => {
    response.sendFile(key, options, (error?: Error) => {
      // a client that went away mid-file is nobody's error
      if (!error || response.headersSent) return resolve()
      reject(toSendError(error))
    })
  })
}

/** Content never changes, so who has it has it, even where `no-cache` asks us to look again. */
function isCached(ifNoneMatch: string | undefined, hex: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${hex}"`)
}

function toSendError(error: Error): Error {
  if ('status' in error && error.status === 416) {
    return new ApiError('range_not_satisfiable', 'The content does not have this range.')
  }
  if ('status' in error && error.status === 404) {
    return new ApiError('not_found', 'The content is no longer stored.', { cause: error })
  }
  return error
}

function toAssetView(asset: Asset, links: Links): AssetView {
  const { job_id, preview, width, height, created_at, expires_at, ...facts } = asset
  return {
    ...facts,
    created_at: toIso(created_at),
    url: links.assetContent(asset.id),
    url_expires_at: toIso(expires_at ?? created_at),
    expires_at: expires_at === null ? null : toIso(expires_at),
    ...(job_id !== null && { job_id }),
    preview: preview ?? false,
    width: width ?? null,
    height: height ?? null,
    thumbnail_url: null,
  }
}

function noSuchAsset(): ApiError {
  return new ApiError('not_found', 'There is no asset with this id.')
}
