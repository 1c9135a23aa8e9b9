/** What a host need not run again, as it ran it for this very job: what it has of that is the job's own, and not reused. */
import { type NodeClasses, outputNodesOf } from '@safelight/comfyui'
import { memberOf, type Snapshot, type Workflow } from '@safelight/shared'
import type { AttemptRecord } from '@safelight/store'

/** Noted with each attempt; what is beyond it is called as its host calls it. */
const MOST_BYTES = 64 * 1_024

export interface RanBeforeOptions {
  workflow: Workflow
  classes: NodeClasses
  nodes: Snapshot['nodes']
  hostId: string
}

/** @returns output nodes, those of earlier attempts first; null when there is none */
export function findRanBefore(
  lastAttempt: Pick<AttemptRecord, 'hostId' | 'ranBefore'> | null,
  { workflow, classes, nodes, hostId }: RanBeforeOptions,
): readonly string[] | null {
  if (lastAttempt?.hostId !== hostId) return null
  const ran = outputNodesOf(workflow, classes).filter((id) => memberOf(nodes, id) === 'done')
  let left = MOST_BYTES
  const noted = [...new Set([...(lastAttempt.ranBefore ?? []), ...ran])].filter((id) => {
    left -= Buffer.byteLength(id)
    return left >= 0
  })
  return noted.length > 0 ? noted : null
}
