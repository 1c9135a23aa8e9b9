/** A host that is given the files a workflow refers to before the workflow, and knows them by the names that it gave them. */
import {
  assetIdsOf,
  type AssetReference,
  findReferences,
  type HostClient,
  NotSubmitted,
  PromptRejected,
  sourcesOf,
} from '@safelight/comfyui'
import type { Logger } from '@safelight/runtime'
import { memberOf, replaceTexts, stringifyExact, type Workflow } from '@safelight/shared'
import type { Staging } from '../inputs/stage-inputs.ts'

export interface InputsOptions {
  hostId: string
  staging: Staging
  workflow: Workflow
  /** Aborted: nothing more is given to the host, and nothing submitted. */
  signal: AbortSignal
  log: Logger
}

type Names = ReadonlyMap<string, string>

/**
 * The same client; what it submits refers to files by name. A refusal because the host has lost one of them has made no
 * prompt: it is given them again, once, and the workflow too.
 */
export function withInputs(client: HostClient, options: InputsOptions): HostClient {
  const references = findReferences(options.workflow)
  const ids = assetIdsOf(references)
  if (ids.length === 0) return client
  const { hostId, staging, signal, log } = options
  const { found } = references
  const unsure = hasSeveralEnds(options.workflow)

  const stage = async (): Promise<Names> => {
    try {
      return await staging.stage({ hostId, client, unsure }, ids, signal)
    } catch (error) {
      throw new NotSubmitted(error)
    }
  }

  return {
    ...client,
    within: (timeoutMs) => withInputs(client.within(timeoutMs), options),
    async submit(request, late) {
      const { workflow } = request
      const text = typeof workflow === 'string' ? workflow : stringifyExact(workflow)
      const names = await stage()
      try {
        return await client.submit({ ...request, workflow: named(text, found, names) }, late)
      } catch (error) {
        const lost = error instanceof PromptRejected ? lostOf(error, found, names) : []
        if (lost.length === 0) throw error
        log.warn({ inputs: lost.length }, 'the host has lost inputs: handed over again')
        await staging.forget(hostId, lost)
      }
      return client.submit({ ...request, workflow: named(text, found, await stage()) }, late)
    },
  }
}

/**
 * Where one of its outputs does without a file, a host that has lost that is no longer heard to refuse: it leaves out what
 * needs it, and runs the rest.
 */
function hasSeveralEnds(workflow: Workflow): boolean {
  const needed = new Set(Object.values(workflow).flatMap(sourcesOf))
  return Object.keys(workflow).filter((nodeId) => !needed.has(nodeId)).length > 1
}

function named(text: string, references: readonly AssetReference[], names: Names): string {
  return replaceTexts(
    text,
    references.map(({ path, assetId }) => ({ path, json: JSON.stringify(names.get(assetId)) })),
  )
}

/** How hosts say that there is no such file: their own loaders by a check of their own, others by their lists. */
const SAYS_LOST = new Set(['custom_validation_failed', 'value_not_in_list'])

/** Names of ours that the host refuses, as it says of the very input that has them, or by name. */
function lostOf(
  { nodeErrors }: PromptRejected,
  references: readonly AssetReference[],
  names: Names,
): string[] {
  const lost = references.flatMap(({ nodeId, input, assetId }) => {
    const name = names.get(assetId)
    if (name === undefined) return []
    const errors = memberOf(nodeErrors, nodeId)?.errors ?? []
    const isLost = errors.some(
      ({ type, message, details, extra_info: { input_name } }) =>
        SAYS_LOST.has(type) && (input_name === input || `${message} ${details}`.includes(name)),
    )
    return isLost ? [name] : []
  })
  return [...new Set(lost)]
}
