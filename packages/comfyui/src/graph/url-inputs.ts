/** Addresses on the web in place of files: of nodes that load one, and of no others, which may want the address itself. */
import {
  type JsonPath,
  memberOf,
  replaceTexts,
  usualMediaOf,
  type Workflow,
} from '@safelight/shared'
import type { NodeClasses } from '../client/types.ts'
import { unwrap } from './links.ts'
import { toReferenceText } from './references.ts'

export interface UrlInput {
  nodeId: string
  className: string
  input: string
  /** From the workflow to the address. */
  path: JsonPath
  url: string
}

const ADDRESS = /^https?:\/\//i

/** In the order of the graph. @param classes null while no host is known */
export function findUrlInputs(workflow: Workflow, classes: NodeClasses | null): UrlInput[] {
  return Object.entries(workflow).flatMap(([nodeId, { class_type: className, inputs }]) =>
    Object.entries(inputs).flatMap(([input, given]): UrlInput[] => {
      const { value: url, path } = unwrap(given)
      if (typeof url !== 'string' || !ADDRESS.test(url)) return []
      if (!loadsFile(classes, className, input)) return []
      return [{ nodeId, className, input, path: [nodeId, 'inputs', input, ...path], url }]
    }),
  )
}

function loadsFile(classes: NodeClasses | null, className: string, input: string): boolean {
  const declared = memberOf(memberOf(classes ?? {}, className)?.inputs ?? {}, input)
  return declared?.media !== undefined || usualMediaOf(className, input) !== null
}

/** The workflow's text with a reference in place of each. @param assetIds by address */
export function replaceByReferences(
  text: string,
  inputs: readonly UrlInput[],
  assetIds: ReadonlyMap<string, string>,
): string {
  return replaceTexts(
    text,
    inputs.flatMap(({ path, url }) => {
      const assetId = assetIds.get(url)
      return assetId === undefined ? [] : [{ path, json: toReferenceText(assetId) }]
    }),
  )
}
