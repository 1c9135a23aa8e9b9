/** Every route of assets. */
import type { ApiRoute } from '../http/route.ts'
import type { AssetDeps } from './deps.ts'
import { getContentRoute } from './content.ts'
import { byHashRoute, fromHashRoute } from './from-hash.ts'
import { getAssetJobRoute } from './job-of-asset.ts'
import { deleteAssetRoute, getAssetRoute, listAssetsRoute } from './records.ts'
import { uploadRoute } from './upload.ts'

export function assetRoutes(deps: AssetDeps): ApiRoute[] {
  return [
    uploadRoute(deps),
    fromHashRoute(deps),
    byHashRoute(deps),
    listAssetsRoute(deps),
    getAssetRoute(deps),
    deleteAssetRoute(deps),
    getContentRoute(deps),
    getAssetJobRoute(deps),
  ]
}
