/** What the hosts of the fleet know of node classes, remembered for a while: it is large and changes when hosts come and go. */
import type { NodeClasses } from '@safelight/comfyui'
import { type Clock, remember, type Remembered } from '@safelight/runtime'
import { mergeNodeClasses } from '@safelight/store'

export interface FleetClasses {
  /** What at least one host would accept. */
  classes: NodeClasses
  /** hostId → what that one knows. */
  hosts: ReadonlyMap<string, NodeClasses>
}

export interface NodeClassCacheDeps {
  load: () => Promise<ReadonlyMap<string, NodeClasses>>
  clock: Pick<Clock, 'steady'>
  maxAgeMs: number
}

/** Null while no host has sent its classes: then nobody can say that a class is unknown. */
export type RememberedClasses = Remembered<FleetClasses | null>

export function createNodeClassCache({
  load,
  clock,
  maxAgeMs,
}: NodeClassCacheDeps): RememberedClasses {
  async function read(): Promise<FleetClasses | null> {
    const hosts = await load()
    const classes = mergeNodeClasses([...new Set(hosts.values())])
    return Object.keys(classes).length > 0 ? { classes, hosts } : null
  }

  // "no host yet" costs nothing to ask again, and whatever is sent would be taken for as long as it is remembered
  const maxAgeOf = (fleet: FleetClasses | null) => (fleet === null ? 0 : maxAgeMs)
  return remember(read, { clock, maxAgeMs, maxAgeOf })
}
