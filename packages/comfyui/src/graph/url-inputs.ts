/** Addresses on the web in place of files: of nodes that load one, and of no others, which may want the address itself. */
import {
  isJsonObject,
  type JsonPath,
  memberOf,
  replaceTexts,
  type Workflow,
} from '@safelight/shared'
import type { NodeClasses } from '../client/types.ts'
import { toReferenceText } from './references.ts'

export interface UrlInput {
  nodeId: string
  className: string
  input: string
  /** From the workflow to the address. */
  path: JsonPath
  url: string
}

/** What loads files where no host says so: ComfyUI's own, and what the most widespread pack has. */
const LOADERS: Readonly<Record<string, string>> = {
  LoadImage: 'image',
  LoadImageMask: 'image',
  LoadAudio: 'audio',
  LoadVideo: 'file',
  VHS_LoadVideo: 'video',
  VHS_LoadVideoFFmpeg: 'video',
  VHS_LoadAudioUpload: 'audio',
}

const ADDRESS = /^https?:\/\//i

/** In the order of the graph. @param classes null while no host is known */
export function findUrlInputs(workflow: Workflow, classes: NodeClasses | null): UrlInput[] {
  return Object.entries(workflow).flatMap(([nodeId, { class_type: className, inputs }]) =>
    Object.entries(inputs).flatMap(([input, given]): UrlInput[] => {
      const isWrapped = isJsonObject(given) && Object.hasOwn(given, '__value__')
      const url = isWrapped ? given['__value__'] : given
      if (typeof url !== 'string' || !ADDRESS.test(url)) return []
      if (!loadsFile(classes, className, input)) return []
      const path = [nodeId, 'inputs', input, ...(isWrapped ? ['__value__'] : [])]
      return [{ nodeId, className, input, path, url }]
    }),
  )
}

function loadsFile(classes: NodeClasses | null, className: string, input: string): boolean {
  const declared = memberOf(memberOf(classes ?? {}, className)?.inputs ?? {}, input)
  return declared?.media !== undefined || memberOf(LOADERS, className) === input
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
