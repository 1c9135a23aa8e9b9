/** Bytes that are here already need not be sent: an asset over them, and the question whether they are. */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import {
  ApiError,
  type Asset,
  assetFromHashRequestSchema,
  assetViewSchema,
  DEFAULT_OWNER,
} from '@safelight/shared'
import { z } from 'zod'
import { defineRoute } from '../http/route.ts'
import type { AssetDeps } from './deps.ts'
import { toExpiry } from './from-url.ts'
import { toAssetView } from './view.ts'

type Deps = Pick<AssetDeps, 'assets' | 'store' | 'retentionMs' | 'refuseWhenFull'>

export function fromHashRoute(deps: Deps) {
  return defineRoute({
    method: 'post',
    path: '/api/v2/assets/from-hash',
    operationId: 'assetFromHash',
    tag: 'assets',
    summary: 'Mint an asset over existing bytes',
    description:
      'For bytes that were sent, fetched or made here before. An identical reference (same hash, `file_path`, `tags` and `owner`) is returned as it is, with 200; its retention may be extended, and is never shortened.',
    request: { body: assetFromHashRequestSchema },
    success: {
      status: 201,
      description: 'Asset minted over the existing blob.',
      schema: assetViewSchema,
    },
    alsoAnswers: { 200: 'An identical reference already existed.' },
    errors: [
      'invalid_request',
      'unauthorized',
      'forbidden',
      'blob_not_found',
      'payload_too_large',
      'upstream_error',
      'unavailable',
    ],
    async handle({ body, links }) {
      const { hash, file_path = null, tags = [], owner = DEFAULT_OWNER, expires_in } = body
      await deps.refuseWhenFull()
      const alike = await findAlike(deps, hash)
      const now = await deps.store.now()
      const expires = toExpiry(now, expires_in, deps.retentionMs)
      const same = alike.find(
        (asset) =>
          asset.job_id === null &&
          asset.file_path === file_path &&
          asset.owner === owner &&
          isSameSet(asset.tags, tags),
      )
      const kept = same && (await keepLonger(deps, same, expires))
      if (kept) return { status: 200, body: toAssetView(kept, links, false) }
      const [source] = alike
      if (!source) throw noSuchBlob()
      const { preview: _, ...facts } = source
      const asset = await deps.assets.mintOver({
        ...facts,
        id: randomUUID(),
        name: file_path === null ? source.name : basename(file_path),
        file_path,
        tags,
        owner,
        job_id: null,
        node_id: null,
        created_at: now,
        expires_at: expires,
      })
      if (!asset) throw noSuchBlob()
      return { body: toAssetView(asset, links, false) }
    },
  })
}

/** So many assets over the same bytes are looked at for an identical one; with more, another is made, which harms nobody. */
const LOOK_AT_MOST = 500

/** The assets over these bytes: there is no blob without one. */
async function findAlike({ assets }: Pick<Deps, 'assets'>, hash: string): Promise<Asset[]> {
  const ids = await assets.sharing(hash)
  const found = await assets.loadMany(ids.slice(0, LOOK_AT_MOST))
  return found.filter((asset): asset is Asset => asset !== null)
}

async function keepLonger(
  { assets }: Pick<Deps, 'assets'>,
  asset: Asset,
  until: number | null,
): Promise<Asset | null> {
  if (until === null && asset.expires_at !== null) return null
  if (until !== null) await assets.extend(asset.id, until)
  return await assets.load(asset.id)
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  const [a, b] = [new Set(some), new Set(others)]
  return a.size === b.size && [...a].every((tag) => b.has(tag))
}

function noSuchBlob(): ApiError {
  return new ApiError('blob_not_found', 'Nothing is stored with this hash.')
}

const hashParams = z.object({
  hash: z
    .string()
    .regex(/^blake3:[0-9a-f]{64}$/)
    .meta({ description: '`blake3:<hex>`; the colon may be escaped.' }),
})

export function byHashRoute({ assets }: Pick<AssetDeps, 'assets'>) {
  return defineRoute({
    method: 'head',
    path: '/api/v2/assets/by-hash/{hash}',
    operationId: 'headAssetByHash',
    tag: 'assets',
    summary: 'Existence check for a blob by blake3 hash',
    request: { params: hashParams },
    success: { status: 200, description: 'Blob present and mintable.' },
    errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
    async handle({ params }) {
      const blob = await assets.blobOf(params.hash)
      if (!blob) throw new ApiError('not_found', 'Nothing is stored with this hash.')
      return { body: null }
    },
  })
}
