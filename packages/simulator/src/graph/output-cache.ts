/** Results kept from one prompt to the next, by what made them: class, inputs and everything upstream. */
import { createHash } from 'node:crypto'
import { PythonNumber } from '../read-python-json.ts'
import type { DynamicGraph, PromptNode } from './prompt-graph.ts'
import { inputsOf, isLink } from './prompt-graph.ts'

export interface NodeUi {
  /** Ids of when it was made. ComfyUI keeps them with the result: in another graph they are still those of the first. */
  readonly meta: {
    readonly node_id: string
    readonly display_node: string
    readonly parent_node: string | null
    readonly real_node_id: string
  }
  readonly output: Readonly<Record<string, unknown>>
}

export interface CacheEntry {
  /** One list per output slot: a node may have run once per item of a list. */
  readonly outputs: readonly (readonly unknown[])[]
  readonly ui: NodeUi | null
}

export interface PromptCache {
  readonly get: (nodeId: string) => CacheEntry | undefined
  readonly set: (nodeId: string, entry: CacheEntry) => void
}

export interface OutputCache {
  /** Forgets what this prompt cannot use: the classic cache keeps only the last prompt's nodes. */
  beginPrompt(graph: DynamicGraph, identityOf: NodeIdentity): PromptCache
  clear(): void
  /** Forgets all but what outputs have shown. */
  evict(): void
}

/** What, besides class and inputs, makes two nodes different (its id, a file's content). */
export type NodeIdentity = (nodeId: string, node: PromptNode) => string

export function createOutputCache(): OutputCache {
  const kept = new Map<string, CacheEntry>()
  let unique = 0
  const nextUnique = (): number => unique++

  return {
    beginPrompt(graph, identityOf) {
      const keyOf = createKeys({ graph, identityOf, nextUnique })
      const roots = new Set(Object.keys(graph.original).map(keyOf))
      for (const key of kept.keys()) {
        if (!roots.has(key.split('/', 1)[0] ?? '')) kept.delete(key)
      }
      return {
        get: (nodeId) => kept.get(keyOf(nodeId)),
        set: (nodeId, entry) => void kept.set(keyOf(nodeId), entry),
      }
    },
    clear: () => kept.clear(),
    evict() {
      for (const [key, { ui }] of kept) if (ui === null) kept.delete(key)
    },
  }
}

interface KeyDeps {
  readonly graph: DynamicGraph
  readonly identityOf: NodeIdentity
  readonly nextUnique: () => number
}

/** A node's key; nodes made by expansion live under the key of the submitted node they came from. */
function createKeys({ graph, identityOf, nextUnique }: KeyDeps): (nodeId: string) => string {
  const signatures = new Map<string, string>()
  const objects = new WeakMap<object, string>()

  const literal = (value: unknown): string => {
    if (value instanceof PythonNumber) return value.text
    if (typeof value !== 'object' || value === null || isPlain(value)) {
      return JSON.stringify(value) ?? 'null'
    }
    const name = objects.get(value) ?? `object${nextUnique()}`
    objects.set(value, name)
    return name
  }

  const signature = (nodeId: string): string => {
    const known = signatures.get(nodeId)
    if (known !== undefined) return known
    signatures.set(nodeId, 'cycle')
    const node = graph.node(nodeId)
    const inputs = Object.entries(inputsOf(node))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) =>
        isLink(value) && graph.has(value[0])
          ? `${name}<${signature(value[0])}.${value[1]}`
          : `${name}=${literal(value)}`,
      )
    const text = `${node.class_type}|${identityOf(nodeId, node)}|${inputs.join('|')}`
    const made = createHash('sha1').update(text).digest('base64url')
    signatures.set(nodeId, made)
    return made
  }

  return (nodeId) => {
    const rootId = graph.realId(nodeId)
    return rootId === nodeId ? signature(nodeId) : `${signature(rootId)}/${signature(nodeId)}`
  }
}

/** Pictures and latents in an input cannot be compared, so a node that holds one is never found in the cache. */
function isPlain(value: object): boolean {
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object' || item === null || isPlain(item))
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).every(
      (item) =>
        typeof item !== 'function' && (typeof item !== 'object' || item === null || isPlain(item)),
    )
  )
}
