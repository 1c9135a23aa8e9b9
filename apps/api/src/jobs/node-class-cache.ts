/** What the hosts of the fleet know of node classes, remembered for a while: it is large and changes when hosts come and go. */
import type { NodeClasses } from '@safelight/comfyui'
import { type Clock, remember } from '@safelight/runtime'
import { mergeNodeClasses } from '@safelight/store'

export interface FleetClasses {
  /** What at least one host would accept. */
  classes: NodeClasses
  /** hostId → what that one knows. */
  hosts: ReadonlyMap<string, NodeClasses>
}

export interface NodeClassCacheDeps {
  load: () => Promise<ReadonlyMap<string, NodeClasses>>
  clock: Clock
  maxAgeMs: number
}

/** Null while no host has sent its classes: then nobody can say that a class is unknown. */
export function createNodeClassCache({
  load,
  clock,
  maxAgeMs,
}: NodeClassCacheDeps): () => Promise<FleetClasses | null> {
  async function read(): Promise<FleetClasses | null> {
    const hosts = await load()
    const classes = mergeNodeClasses([...hosts.values()])
    return Object.keys(classes).length > 0 ? { classes, hosts } : null
  }

  // "no host yet" is asked again at once: the first host must not wait for the age to pass
  return remember(read, { clock, maxAgeMs, isWorthIt: (fleet) => fleet !== null }).get
}
