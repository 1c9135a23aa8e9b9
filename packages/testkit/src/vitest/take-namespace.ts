/** Which namespaces tests took in the run's Redis, so that somebody can look whether anything was left in them. */
import { randomUUID } from 'node:crypto'

const taken = new Set<string>()

export function takeNamespace(): string {
  const namespace = `t-${randomUUID()}`
  taken.add(namespace)
  return namespace
}

/** Those of this process since this was last asked. */
export function takenNamespaces(): string[] {
  const names = [...taken]
  taken.clear()
  return names
}
