/** Which node runs next: ComfyUI's topological order, down to its taste for outputs and async nodes first. */
import { type DynamicGraph, inputsOf, isLink } from './prompt-graph.ts'

export interface NodeTraits {
  readonly isOutput: (nodeId: string) => boolean
  readonly isAsync: (nodeId: string) => boolean
  readonly isLazyInput: (nodeId: string, input: string) => boolean
  readonly isCached: (nodeId: string) => boolean
  /** A cached node needs nothing that leads to it; older servers run that all the same. */
  readonly stopsAtCached: boolean
}

export type Staged =
  | { readonly state: 'ready'; readonly nodeId: string }
  | { readonly state: 'empty' }
  | { readonly state: 'cycle'; readonly blamedId: string }

export interface ExecutionList {
  addNode(nodeId: string): void
  addLink(fromId: string, toId: string): void
  /** Waits while everything left is blocked by async nodes in flight. */
  stage(): Promise<Staged>
  complete(nodeId: string): void
  /** Takes out a node that failed and all that waits for it; gives the latter. */
  lose(nodeId: string): string[]
  /** Takes nodes out that shall never run; who waits for them waits no longer. */
  inhibit(nodeIds: readonly string[]): void
  /** Keeps a node from running until the returned function is called. */
  block(nodeId: string): () => void
}

export function createExecutionList(graph: DynamicGraph, traits: NodeTraits): ExecutionList {
  /** Insertion order is the order ComfyUI's dict keeps, and decides ties. */
  const pending = new Set<string>()
  const blockCount = new Map<string, number>()
  const blocking = new Map<string, Set<string>>()
  let externalBlocks = 0
  let wake: (() => void) | null = null

  const change = (nodeId: string, by: number): void => {
    blockCount.set(nodeId, (blockCount.get(nodeId) ?? 0) + by)
  }

  const addLink = (fromId: string, toId: string): void => {
    if (traits.isCached(fromId)) return
    addNode(fromId)
    const blocked = blocking.get(fromId)
    if (!blocked || blocked.has(toId)) return
    blocked.add(toId)
    change(toId, 1)
  }

  const addNode = (nodeId: string): void => {
    const stack = [nodeId]
    const links: [from: string, to: string][] = []
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (pending.has(id)) continue
      pending.add(id)
      blockCount.set(id, 0)
      blocking.set(id, new Set())
      if (traits.stopsAtCached && traits.isCached(id)) continue
      for (const [name, value] of Object.entries(inputsOf(graph.node(id)))) {
        if (!isLink(value) || traits.isLazyInput(id, name)) continue
        graph.node(value[0])
        if (!traits.isCached(value[0])) stack.push(value[0])
        links.push([value[0], id])
      }
    }
    for (const [from, to] of links) addLink(from, to)
  }

  const isAwaited = (): boolean => externalBlocks > 0

  const ready = (): string[] => [...pending].filter((id) => (blockCount.get(id) ?? 0) === 0)

  const blockedBy = (id: string): string[] => [...(blocking.get(id) ?? [])]

  // Outputs and async nodes first, then what leads to an output in one step, then in two.
  const pick = (nodes: string[]): string | undefined =>
    nodes.find((id) => traits.isOutput(id) || traits.isAsync(id)) ??
    nodes.find((id) => blockedBy(id).some(traits.isOutput)) ??
    nodes.find((id) => blockedBy(id).some((next) => blockedBy(next).some(traits.isOutput))) ??
    nodes[0]

  // A cycle of submitted nodes is refused before it runs, so the blame goes to the node whose expansion made it.
  const blame = (): string => {
    const cycled = [...pending]
    const grown = cycled.find((id) => graph.displayId(id) !== id)
    return grown === undefined ? (cycled[0] ?? '') : graph.displayId(grown)
  }

  return {
    addNode,
    addLink,
    async stage() {
      if (pending.size === 0) return { state: 'empty' }
      let available = ready()
      while (available.length === 0 && isAwaited()) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        available = ready()
      }
      const nodeId = pick(available)
      return nodeId === undefined
        ? { state: 'cycle', blamedId: blame() }
        : { state: 'ready', nodeId }
    },
    complete(nodeId) {
      pending.delete(nodeId)
      for (const blocked of blocking.get(nodeId) ?? []) change(blocked, -1)
      blocking.delete(nodeId)
    },
    lose(nodeId) {
      const lost = new Set([nodeId])
      for (const id of lost) {
        for (const next of blocking.get(id) ?? []) if (pending.has(next)) lost.add(next)
      }
      for (const id of lost) {
        pending.delete(id)
        blocking.delete(id)
      }
      return [...lost].filter((id) => id !== nodeId)
    },
    inhibit(nodeIds) {
      for (const nodeId of nodeIds) {
        for (const blocked of blocking.get(nodeId) ?? []) change(blocked, -1)
        pending.delete(nodeId)
        blocking.delete(nodeId)
      }
      for (const blocked of blocking.values()) for (const nodeId of nodeIds) blocked.delete(nodeId)
    },
    block(nodeId) {
      externalBlocks++
      change(nodeId, 1)
      return () => {
        externalBlocks--
        change(nodeId, -1)
        wake?.()
        wake = null
      }
    },
  }
}
