/** References to assets in a submitted workflow: each must be one, and be of an asset that is there. */
import {
  type AssetReference,
  assetIdsOf,
  findReferences,
  type MalformedReference,
  MOST_REFERENCES,
  type Problem,
  type References,
} from '@safelight/comfyui'
import { ApiError, memberOf, type Workflow } from '@safelight/shared'
import type { AssetStore } from '@safelight/store'
import { groupByNode, toWorkflowError } from './invalid-workflow.ts'

/**
 * @returns the ids of the assets that it refers to, each once
 * @throws ApiError `missing_asset`, or `invalid_workflow` when there are too many
 */
export async function checkReferences(
  assets: Pick<AssetStore, 'loadMany'>,
  workflow: Workflow,
): Promise<string[]> {
  const references = findReferences(workflow)
  const { found, malformed } = references
  if (found.length + malformed.length > MOST_REFERENCES) {
    throw new ApiError(
      'invalid_workflow',
      `A workflow may refer to ${MOST_REFERENCES} assets at most.`,
      { details: { node_errors: {} } },
    )
  }
  const ids = assetIdsOf(references)
  const loaded = ids.length > 0 ? await assets.loadMany(ids) : []
  const gone = new Set(ids.filter((_, at) => !loaded[at]))
  const missing = found.filter(({ assetId }) => gone.has(assetId))
  if (missing.length + malformed.length > 0) throw toMissing(workflow, { missing, malformed })
  return ids
}

/** They were there a moment ago, and are not when the job is accepted. */
export function toMissingAssets(workflow: Workflow, assetIds: readonly string[]): ApiError {
  const gone = new Set(assetIds)
  const { found } = findReferences(workflow)
  const missing = found.filter(({ assetId }) => gone.has(assetId))
  return toMissing(workflow, { missing, malformed: [] })
}

interface Faults {
  missing: References['found']
  malformed: References['malformed']
}

function toMissing(workflow: Workflow, { missing, malformed }: Faults): ApiError {
  const problems = [...malformed.map(toMalformedProblem), ...missing.map(toMissingProblem)].map(
    (found) => ({ ...found, className: memberOf(workflow, found.nodeId)?.class_type ?? null }),
  )
  const [first] = problems
  const where = first ? `Node ${first.nodeId}: ${first.problem.details}.` : ''
  const rest = problems.length > 1 ? ` ${problems.length - 1} more are amiss.` : ''
  return toWorkflowError('missing_asset', `${where}${rest}`, groupByNode(problems))
}

function toMissingProblem({ nodeId, input, assetId }: AssetReference) {
  const problem: Problem = {
    type: 'missing_asset',
    message: 'No such asset',
    details: `${input}: there is no asset ${assetId}`,
    extra_info: { input_name: input, asset_id: assetId },
  }
  return { nodeId, problem }
}

function toMalformedProblem({ nodeId, input, problem }: MalformedReference) {
  const told: Problem = {
    type: 'missing_asset',
    message: 'Malformed reference to an asset',
    details: `${input}: the reference ${problem}`,
    extra_info: { input_name: input },
  }
  return { nodeId, problem: told }
}
