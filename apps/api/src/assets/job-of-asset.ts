/** From an asset to where it comes from, in one call. */
import { ApiError, assetJobSchema } from '@safelight/shared'
import { defineRoute } from '../http/route.ts'
import { assetParams } from '../jobs/job-id.ts'
import { showJob } from '../jobs/read.ts'
import type { AssetDeps } from './deps.ts'
import { noSuchAsset } from './view.ts'

export function getAssetJobRoute({
  assets,
  store,
  jobs,
}: Pick<AssetDeps, 'assets' | 'store' | 'jobs'>) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/assets/{id}/job',
    operationId: 'getAssetJob',
    tag: 'assets',
    summary: 'The job that made an asset, with its workflow',
    request: { params: assetParams },
    success: { status: 200, description: 'The job and its workflow.', schema: assetJobSchema },
    errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
    async handle({ params, links }) {
      const asset = await assets.load(params.id)
      if (!asset) throw noSuchAsset()
      if (asset.job_id === null) throw new ApiError('not_found', 'No job has made this asset.')
      const [snapshot, workflow] = await Promise.all([
        store.load(asset.job_id),
        store.loadWorkflowText(asset.job_id),
      ])
      if (!snapshot || workflow === null) {
        throw new ApiError('not_found', 'The job that made this asset is no longer kept.')
      }
      const job = JSON.stringify(await showJob(snapshot, { ...jobs, links }))
      // the workflow goes out as it came in: read and written again, it could lose a digit
      const json = `{"job":${job},"workflow":${workflow},"format":"api"}`
      return { send: (response) => void response.type('json').send(json) }
    },
  })
}
