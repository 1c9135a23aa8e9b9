/** The bytes of an asset: whole, in part, or where they are to be had. */
import { pipeline } from 'node:stream/promises'
import { readAsset } from '@safelight/assets'
import { ApiError, type Asset } from '@safelight/shared'
import { hexOf } from '@safelight/store'
import type { Response } from 'express'
import { z } from 'zod'
import { defineRoute } from '../http/route.ts'
import { assetParams } from '../jobs/job-id.ts'
import { toDisposition, toServedType } from './content-type.ts'
import type { AssetDeps } from './deps.ts'
import { parseRange } from './range.ts'
import { noSuchAsset } from './view.ts'

type Deps = Pick<AssetDeps, 'assets' | 'blobs'>

const contentHeaders = z.object({
  Range: z.string().max(200).optional().meta({ description: 'e.g. `bytes=0-1048575`' }),
})

export function getContentRoute(deps: Deps) {
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
    errors: [
      'unauthorized',
      'forbidden',
      'not_found',
      'range_not_satisfiable',
      'upstream_error',
      'unavailable',
    ],
    async handle({ params }) {
      const asset = await deps.assets.load(params.id)
      const hex = asset && hexOf(asset.hash)
      if (!hex) throw noSuchAsset()
      return { send: (response) => sendContent(deps, { response, asset, tag: `"${hex}"` }) }
    },
  })
}

interface Sending {
  response: Response
  asset: Asset
  /** The hash is the content: it can never change under its address. */
  tag: string
}

async function sendContent(deps: Deps, { response, asset, tag }: Sending): Promise<void> {
  const { type, inline } = toServedType(asset.content_type)
  response.set({
    'Content-Type': type,
    'Content-Disposition': toDisposition(asset.name, inline),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
    ETag: tag,
    'Cache-Control': 'private, max-age=31536000, immutable',
  })
  const { headers, method } = response.req
  if (isCached(headers['if-none-match'], tag)) {
    response.status(304).end()
    return
  }
  // a part is only worth something together with the parts of the same content
  const isPartWanted = headers['if-range'] === undefined || headers['if-range'] === tag
  const range = isPartWanted ? parseRange(headers.range, asset.size_bytes) : null
  if (range === 'unsatisfiable') {
    response.set('Content-Range', `bytes */${asset.size_bytes}`)
    throw new ApiError('range_not_satisfiable', 'The content does not have this range.')
  }
  const blob = await readAsset(deps, asset, range ? { range } : {})
  if (!blob) throw new ApiError('not_found', 'The content is no longer stored.')
  if (range) {
    response.status(206)
    response.set('Content-Range', `bytes ${range.start}-${range.end}/${blob.size}`)
  }
  response.set('Content-Length', String(range ? range.end - range.start + 1 : blob.size))
  if (method === 'HEAD') {
    blob.body.destroy()
    response.end()
    return
  }
  try {
    await pipeline(blob.body, response)
  } catch (error) {
    // a client that went away mid-file is nobody's error
    if (!isGone(error)) throw error
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

/** Content never changes, so who has it has it, even where `no-cache` asks us to look again. */
function isCached(ifNoneMatch: string | undefined, tag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return tags.includes(tag) || tags.includes('*')
}
