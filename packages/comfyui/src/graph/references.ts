/**
 * References to stored files in a workflow: `{"__type":"core/ASSET","info":{"id":…}}` in place of a file name. ComfyUI
 * knows nothing of them: each must be the name of a file on the host by the time that the workflow is posted.
 */
import {
  isJsonObject,
  isReference,
  type JsonPath,
  REFERENCE_TYPE,
  type Workflow,
} from '@safelight/shared'

/** More in one workflow are refused: each is a file that a host must be given. */
export const MOST_REFERENCES = 256
/** Levels of lists and objects below an input where they are looked for. */
const DEEPEST = 32
/** How an asset is named. Others are nobody's. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface AssetReference {
  nodeId: string
  input: string
  /** From the workflow to the reference itself. */
  path: JsonPath
  assetId: string
}

/** Something that says it is a reference, and is none. */
export interface MalformedReference {
  nodeId: string
  input: string
  /** What is wrong with it. */
  problem: string
}

export interface References {
  /** In the order of the graph; at most one more than are allowed. */
  found: AssetReference[]
  malformed: MalformedReference[]
}

/** Those anywhere in the inputs of nodes, also within lists and objects. */
export function findReferences(workflow: Workflow): References {
  const references: References = { found: [], malformed: [] }
  for (const [nodeId, { inputs }] of Object.entries(workflow)) {
    for (const [input, value] of Object.entries(inputs)) {
      const where = { nodeId, input, path: [nodeId, 'inputs', input] }
      for (const { path, info } of referencesIn(value, where.path)) {
        note(references, { ...where, path }, info)
        const { found, malformed } = references
        if (found.length + malformed.length > MOST_REFERENCES) return references
      }
    }
  }
  return references
}

/** The ids of the assets, each once. */
export function assetIdsOf({ found }: Pick<References, 'found'>): string[] {
  return [...new Set(found.map(({ assetId }) => assetId))]
}

/** A reference as its JSON text. */
export function toReferenceText(assetId: string): string {
  return JSON.stringify({ __type: REFERENCE_TYPE, info: { id: assetId } })
}

/** Without recursion: a value may be nested deeper than the stack is. */
function* referencesIn(
  value: unknown,
  from: JsonPath,
): Generator<{ path: JsonPath; info: unknown }> {
  const pending: { value: unknown; path: JsonPath }[] = [{ value, path: from }]
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path } = next
    if (isReference(value)) {
      yield { path, info: value.info }
    } else if (path.length - from.length < DEEPEST && typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value)
      // the last is looked at first
      for (const [key, item] of Object.entries(value).reverse()) {
        // nothing is below a number or a text, and there may be very many
        if (typeof item !== 'object' || item === null) continue
        pending.push({ value: item, path: [...path, isList ? Number(key) : key] })
      }
    }
  }
}

type Where = Omit<AssetReference, 'assetId'>

function note({ found, malformed }: References, where: Where, info: unknown): void {
  const { nodeId, input } = where
  const refuse = (problem: string) => void malformed.push({ nodeId, input, problem })
  if (!isJsonObject(info)) return refuse('has no info')
  const { id } = info
  if (typeof id !== 'string' || id === '') return refuse('has no info.id')
  if (!UUID.test(id)) return refuse('has an info.id that is no asset id')
  for (const hint of ['hash', 'file_path']) {
    const given = info[hint]
    if (given != null && typeof given !== 'string')
      return refuse(`has an info.${hint} that is no text`)
  }
  found.push({ ...where, assetId: id })
}
