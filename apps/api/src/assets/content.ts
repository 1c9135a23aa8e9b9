/** The bytes of an asset: whole, in part, small, or where they are to be had. */
import { pipeline } from 'node:stream/promises'
import { keyOf, THUMBNAIL_TYPE, THUMBNAIL_WIDTHS } from '@safelight/assets'
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

type Deps = Pick<AssetDeps, 'assets' | 'blobs' | 'thumbnails' | 'redirectSeconds'>

const contentHeaders = z.object({
  Range: z.string().max(200).optional().meta({ description: 'e.g. `bytes=0-1048575`' }),
})

const contentQuery = z.object({
  w: z
    .union(THUMBNAIL_WIDTHS.map((width) => z.literal(String(width)).transform(() => width)))
    .optional()
    .meta({
      type: 'integer',
      enum: [...THUMBNAIL_WIDTHS],
      description: 'A small picture in place of the content: WebP, at most so many pixels wide.',
    }),
  expires: z.string().max(20).optional().meta({ description: 'Part of a signed address.' }),
  signature: z.string().max(200).optional().meta({ description: 'Part of a signed address.' }),
  redirect: z.enum(['true', 'false']).optional().meta({
    description:
      'With `false` the bytes come from this server, also where an object store has them: a web page needs no CORS rule for them then.',
  }),
})

export function getContentRoute(deps: Deps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/assets/{id}/content',
    operationId: 'getAssetContent',
    tag: 'assets',
    summary: 'Asset bytes',
    description:
      'Opens without the token by the `url` of an asset or an output until its `url_expires_at`: it is signed. A wrong signature, or one whose time is over, is `forbidden`.',
    request: { params: assetParams, headers: contentHeaders, query: contentQuery },
    success: {
      status: 200,
      description: 'The full content.',
      contentType: 'application/octet-stream',
    },
    alsoAnswers: {
      206: 'Partial content for a ranged request.',
      302: 'Where an object store has it, for a while.',
      304: 'Not modified.',
    },
    errors: [
      'invalid_request',
      'unauthorized',
      'forbidden',
      'not_found',
      'range_not_satisfiable',
      'upstream_error',
      'unavailable',
    ],
    async handle({ params, query }) {
      const asset = await deps.assets.load(params.id)
      const hex = asset && hexOf(asset.hash)
      if (!hex) throw noSuchAsset()
      const width = query.w
      return {
        async send(response) {
          const content =
            width === undefined
              ? await toWhole(deps, asset, hex)
              : await toSmall(deps, asset, { hex, width })
          await sendContent(deps, response, { ...content, mayLead: query.redirect !== 'false' })
        },
      }
    },
  })
}

/** What is sent. */
interface Content {
  key: string
  size: number
  contentType: string
  name: string
  /** It is made of the hash: what is under one address can never change. */
  tag: string
}

async function toWhole(deps: Deps, asset: Asset, hex: string): Promise<Content> {
  const { size_bytes: size, content_type: contentType, name } = asset
  return { key: await keyOf(deps, asset.hash), size, contentType, name, tag: `"${hex}"` }
}

async function toSmall(
  { thumbnails }: Deps,
  asset: Asset,
  { hex, width }: { hex: string; width: (typeof THUMBNAIL_WIDTHS)[number] },
): Promise<Content> {
  const made = await thumbnails.of(asset, width)
  if (!made) throw new ApiError('not_found', 'There is no small picture of this asset.')
  const name = `${asset.name.replace(/\.\w{1,5}$/, '')}-${width}.webp`
  return { ...made, contentType: THUMBNAIL_TYPE, name, tag: `"${hex}-${width}"` }
}

interface Delivery extends Content {
  /** Whether an object store may be named in place of the bytes. */
  mayLead: boolean
}

async function sendContent(deps: Deps, response: Response, content: Delivery): Promise<void> {
  const { key, size, tag, mayLead } = content
  const { type, inline } = toServedType(content.contentType)
  const disposition = toDisposition(content.name, inline)
  const { headers, method } = response.req
  response.set({ ETag: tag, 'Cache-Control': 'private, max-age=31536000, immutable' })
  if (isCached(headers['if-none-match'], tag)) {
    response.status(304).end()
    return
  }
  // what is signed for GET is good for nothing else
  const elsewhere =
    mayLead && method === 'GET'
      ? await deps.blobs.presign(key, {
          seconds: deps.redirectSeconds,
          contentType: type,
          disposition,
        })
      : null
  if (elsewhere !== null) {
    response.set('Cache-Control', `private, max-age=${Math.floor(deps.redirectSeconds / 2)}`)
    response.removeHeader('ETag')
    response.status(302).set('Location', elsewhere).end()
    return
  }
  response.set({
    'Content-Type': type,
    'Content-Disposition': disposition,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
  })
  // a part is only worth something together with the parts of the same content
  const isPartWanted = headers['if-range'] === undefined || headers['if-range'] === tag
  const range = isPartWanted ? parseRange(headers.range, size) : null
  if (range === 'unsatisfiable') {
    response.set('Content-Range', `bytes */${size}`)
    throw new ApiError('range_not_satisfiable', 'The content does not have this range.')
  }
  const blob = await deps.blobs.read(key, range ? { range } : {})
  if (!blob) throw new ApiError('not_found', 'The content is no longer stored.')
  if (blob.size !== size) {
    // a disk that was full, or somebody's repair: half of it must not be kept as the whole by every cache
    blob.body.destroy()
    throw new ApiError('not_found', 'The content is no longer stored as it was.')
  }
  if (range) {
    response.status(206)
    response.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`)
  }
  response.set('Content-Length', String(range ? range.end - range.start + 1 : size))
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
