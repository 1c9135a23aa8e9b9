/** What made an output, in one word: the node, everything that it needs, and the file that came of it. Pure. */
import { createHash } from 'node:crypto'
import { sourcesOf } from '@safelight/comfyui'
import {
  isJsonObject,
  isReference,
  memberOf,
  stringifyExact,
  toLink,
  type Workflow,
  type WorkflowNode,
} from '@safelight/shared'

/** `blake3:…` of an asset's bytes; null when it is not known. */
export type HashOf = (assetId: string) => string | null

/** @returns of a node: a word that is the same wherever the same is made; null where that cannot be said */
export function createSigner(
  workflow: Workflow,
  hashOf: HashOf,
): (nodeId: string) => string | null {
  const known = new Map<string, string | null>()

  /** Those it needs are known. */
  function signatureOf(node: WorkflowNode): string | null {
    const inputs: [string, unknown][] = []
    for (const [name, value] of Object.entries(node.inputs)) {
      const link = toLink(value)
      const source = link && known.get(link.from)
      if (link && !source) return null
      inputs.push([name, link ? { from: source, slot: link.slot } : withHashes(value, hashOf)])
    }
    // not one by one: an input may be called `__proto__`
    const made = [node.class_type, Object.fromEntries(inputs)]
    return digest(stringifyExact(made, { sorted: true }))
  }

  return (nodeId) => {
    // not by recursion: a chain may be longer than the stack
    const path = [nodeId]
    const open = new Set<string>()
    for (let id = path.at(-1); id !== undefined; id = path.at(-1)) {
      const node = memberOf(workflow, id)
      const waiting =
        open.has(id) || !node
          ? []
          : sourcesOf(node).filter((from) => !known.has(from) && !open.has(from))
      open.add(id)
      for (const from of waiting) path.push(from)
      if (waiting.length > 0) continue
      if (!known.has(id)) known.set(id, node ? sign(node) : null)
      path.pop()
    }
    return known.get(nodeId) ?? null
  }

  function sign(node: WorkflowNode): string | null {
    try {
      return signatureOf(node)
    } catch {
      // nested deeper than the stack
      return null
    }
  }
}

/** Of an output: what made it, where, and what the host called it, which is never the same twice while the file is there. */
export function outputSignature(
  made: string,
  { hostId, file }: { hostId: string; file: { subfolder: string; filename: string; type: string } },
): string {
  return digest(JSON.stringify([made, hostId, file.subfolder, file.filename, file.type]))
}

/** Two assets of the same bytes make the same. */
function withHashes(value: unknown, hashOf: HashOf): unknown {
  if (Array.isArray(value)) return value.map((inner) => withHashes(inner, hashOf))
  if (!isJsonObject(value)) return value
  const id = toAssetId(value)
  if (id !== null) return { asset: hashOf(id) ?? id }
  // an exact number is no plain object
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withHashes(inner, hashOf)]),
  )
}

function toAssetId(value: unknown): string | null {
  if (!isReference(value)) return null
  const id = isJsonObject(value.info) ? value.info['id'] : null
  return typeof id === 'string' ? id : null
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40)
}
