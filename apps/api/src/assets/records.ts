/** Records of assets: a page of many, one, and its end. */
import {
  ApiError,
  type Asset,
  assetListQuerySchema,
  assetPageSchema,
  assetViewSchema,
} from '@safelight/shared'
import { type AssetPage, type AssetQuery, pageOfAssets } from '@safelight/store'
import { defineRoute } from '../http/route.ts'
import { assetParams } from '../jobs/job-id.ts'
import type { AssetDeps } from './deps.ts'
import { noSuchAsset, toAssetView } from './view.ts'

export function getAssetRoute({ assets }: Pick<AssetDeps, 'assets'>) {
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

export function deleteAssetRoute({ assets }: Pick<AssetDeps, 'assets'>) {
  return defineRoute({
    method: 'delete',
    path: '/api/v2/assets/{id}',
    operationId: 'deleteAsset',
    tag: 'assets',
    summary: 'Delete an asset record',
    description:
      'Its bytes go when no other asset has the same. An asset that an open job refers to, or that a kept job has made, stays: 409 `asset_in_use`.',
    request: { params: assetParams },
    success: { status: 204, description: 'Record deleted.' },
    errors: [
      'unauthorized',
      'forbidden',
      'not_found',
      'asset_in_use',
      'upstream_error',
      'unavailable',
    ],
    async handle({ params }) {
      const outcome = await assets.remove(params.id)
      if (outcome === 'gone') throw noSuchAsset()
      if (outcome === 'in_use') {
        throw new ApiError('asset_in_use', 'The asset is needed and cannot be deleted now.')
      }
      return { status: 204, body: null }
    },
  })
}

export function listAssetsRoute(deps: Pick<AssetDeps, 'assets' | 'store' | 'list'>) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/assets',
    operationId: 'listAssets',
    tag: 'assets',
    summary: 'Assets, newest first',
    description:
      'A page may hold fewer than `limit`, or none, and not be the last: a search that finds little ends after a thousand records, with a cursor to go on.',
    request: { query: assetListQuerySchema },
    success: { status: 200, description: 'One page.', schema: assetPageSchema },
    errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
    async handle({ query: { type, job, ...filters }, links }) {
      const query = { ...filters, types: type }
      const page = job === undefined ? await deps.list(query) : await pageOfJob(deps, job, query)
      return {
        body: {
          assets: page.assets.map((asset) => toAssetView(asset, links)),
          next_cursor: page.nextCursor,
        },
      }
    },
  })
}

/** What a job made, its record says: nothing else needs to know. */
async function pageOfJob(
  { assets, store }: Pick<AssetDeps, 'assets' | 'store'>,
  jobId: string,
  query: AssetQuery,
): Promise<AssetPage> {
  const snapshot = await store.load(jobId)
  const made = await assets.loadMany((snapshot?.outputs ?? []).map(({ id }) => id))
  return pageOfAssets(
    made.filter((asset): asset is Asset => asset !== null),
    query,
  )
}
