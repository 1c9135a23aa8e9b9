/**
 * Addresses on the web as inputs of nodes that load files: fetched when the job is submitted, so that no GPU waits, and
 * replaced by references to what came. An address may hold a secret: it is neither kept nor told.
 */
import { type Problem, replaceByReferences, type UrlInput } from '@safelight/comfyui'
import { type Clock, startTimeLimit } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import { groupByNode, toWorkflowError } from './invalid-workflow.ts'

export interface UrlInputsDeps {
  /** Fetches what is there into an asset. An `ApiError` below 500 is the address' fault, in words that do not name it. */
  fetchAsset: (url: string, options: FetchOptions) => Promise<{ id: string }>
  clock: Clock
  timings: {
    /** How long all that one workflow names may take. */
    fetchInputsMs: number
  }
}

export interface FetchOptions {
  owner: string
  signal: AbortSignal
}

/** Different addresses in one workflow. */
const MOST_URLS = 16
const SIDE_BY_SIDE = 4

/** @throws ApiError `invalid_workflow` when there are too many */
export function refuseManyUrls(inputs: readonly UrlInput[]): void {
  const count = new Set(inputs.map(({ url }) => url)).size
  if (count <= MOST_URLS) return
  throw new ApiError(
    'invalid_workflow',
    `A workflow may name ${MOST_URLS} addresses of files at most, and this one has ${count}.`,
    { details: { node_errors: {} } },
  )
}

/**
 * @returns the workflow with references in their places, and the assets they are of
 * @throws ApiError `missing_asset` when one cannot be had
 */
export type FetchUrlInputs = (
  inputs: readonly UrlInput[],
  options: FetchOptions & {
    /** The workflow as it was sent. */
    text: string
  },
) => Promise<{ text: string; assetIds: string[] }>

export function createUrlInputs(deps: UrlInputsDeps): FetchUrlInputs {
  return (inputs, options) => fetchAll(deps, inputs, options)
}

async function fetchAll(
  { fetchAsset, clock, timings }: UrlInputsDeps,
  ...[inputs, { text, owner, signal }]: Parameters<FetchUrlInputs>
): ReturnType<FetchUrlInputs> {
  const late = new AbortController()
  const callOff = startTimeLimit({
    ms: timings.fetchInputsMs,
    clock,
    onExpired: () => late.abort(new ApiError('missing_asset', 'took too long to fetch')),
  })
  const fetched = new Map<string, string>()
  const refused = new Map<string, ApiError>()
  const left = new Set(inputs.map(({ url }) => url)).values()
  const both = AbortSignal.any([signal, late.signal])

  async function fetchNext(): Promise<void> {
    for (const url of left) {
      try {
        both.throwIfAborted()
        fetched.set(url, (await fetchAsset(url, { owner, signal: both })).id)
      } catch (error) {
        signal.throwIfAborted()
        // an aborted call throws whatever the abort made of it
        const cause: unknown = late.signal.aborted ? late.signal.reason : error
        if (!(cause instanceof ApiError) || cause.status >= 500) throw cause
        refused.set(url, cause)
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, fetchNext))
  } finally {
    callOff()
  }
  if (refused.size > 0) throw toRefusal(inputs, refused)
  return { text: replaceByReferences(text, inputs, fetched), assetIds: [...fetched.values()] }
}

function toRefusal(inputs: readonly UrlInput[], refused: ReadonlyMap<string, ApiError>): ApiError {
  const problems = inputs.flatMap(({ nodeId, className, input, url }) => {
    const error = refused.get(url)
    return error ? [{ nodeId, className, problem: toProblem(input, error) }] : []
  })
  const [first] = problems
  const where = first ? `Node ${first.nodeId}: ${first.problem.details}` : ''
  const message = `A file could not be fetched. ${where}`
  return toWorkflowError('missing_asset', message, groupByNode(problems))
}

function toProblem(input: string, { message, code }: ApiError): Problem {
  return {
    type: 'url_not_fetched',
    message: 'The file at this address could not be fetched',
    details: `${input}: ${message}`,
    extra_info: { input_name: input, reason: code },
  }
}
