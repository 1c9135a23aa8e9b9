/** What needs what: along the links of a graph. */
import { isJsonObject, memberOf, toLink, type Workflow, type WorkflowNode } from '@safelight/shared'

/** Ids of the nodes whose results `node` needs. */
export function sourcesOf(node: WorkflowNode): string[] {
  return Object.values(node.inputs).flatMap((value) => toLink(value)?.from ?? [])
}

/** Every node that has to run for `outputs`, themselves included. Links to missing nodes are ignored. */
export function reachableFrom(workflow: Workflow, outputs: Iterable<string>): Set<string> {
  const reached = new Set<string>()
  const pending = [...outputs]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = memberOf(workflow, id)
    if (!node || reached.has(id)) continue
    reached.add(id)
    // not all at once: a node may have more links than a call takes arguments
    for (const source of sourcesOf(node)) pending.push(source)
  }
  return reached
}

/** Every node that needs one of these, themselves included, and none beyond `until`: one walk, however many there are. */
export function usersOf(
  workflow: Workflow,
  ids: readonly string[],
  { until }: { until?: string } = {},
): Set<string> {
  const users = new Map<string, string[]>()
  for (const [id, node] of Object.entries(workflow)) {
    for (const source of sourcesOf(node)) {
      const known = users.get(source)
      if (known) known.push(id)
      else users.set(source, [id])
    }
  }
  const reached = new Set<string>()
  const pending = [...ids]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    // not all at once: a node may have more users than a call takes arguments
    if (id !== until) for (const user of users.get(id) ?? []) pending.push(user)
  }
  return reached
}

/** Those of `within` that have to run for `roots`, when the results of `cached` are there already. */
export function leftToRun(
  workflow: Workflow,
  {
    roots,
    within,
    cached,
  }: { roots: readonly string[]; within: ReadonlySet<string>; cached: ReadonlySet<string> },
): Set<string> {
  const left = new Set<string>()
  const pending = [...roots]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = memberOf(workflow, id)
    if (!node || left.has(id) || cached.has(id) || !within.has(id)) continue
    left.add(id)
    for (const source of sourcesOf(node)) pending.push(source)
  }
  return left
}

/** A literal input, and where it stands below its name: a list is wrapped, or it would be a link. */
export function unwrap(given: unknown): { value: unknown; path: string[] } {
  if (!isJsonObject(given) || !Object.hasOwn(given, '__value__')) return { value: given, path: [] }
  return { value: given['__value__'], path: ['__value__'] }
}
