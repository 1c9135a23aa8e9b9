/** Pictures that only travel over the socket of a host: whether they are all here when their prompt has succeeded. */
import { picturesToCome, type TrackerState } from '@safelight/comfyui'
import { type Output, OUTPUTS_MAX, type Workflow } from '@safelight/shared'
import type { GiveUp } from './decide-job.ts'

export interface ArrivedPictures {
  workflow: Workflow
  tracker: Pick<TrackerState, 'plan' | 'failed' | 'blocked'>
  /** On record. */
  outputs: readonly Output[]
  /** How far the bar of a node counts; null when that was not heard. */
  maxOf: (nodeId: string) => number | null
  /** For which the record had no room: that is told otherwise. */
  more: number
}

/** @returns why the attempt was in vain: nobody has a picture that was not heard, and only another run brings it; null: all are here */
export function findMissed({
  workflow,
  tracker,
  outputs,
  maxOf,
  more,
}: ArrivedPictures): GiveUp | null {
  const { plan, failed, blocked } = tracker
  const missed = Object.entries(workflow).find(([id, { class_type }]) => {
    const toCome = Math.min(picturesToCome(class_type, maxOf(id)), OUTPUTS_MAX)
    if (toCome === 0 || !plan.reachable.has(id) || failed.has(id) || blocked.has(id)) return false
    return outputs.filter(({ node_id }) => node_id === id).length + more < toCome
  })
  if (!missed) return null
  const [nodeId] = missed
  const message = 'Pictures that only travel over the socket of the host did not arrive.'
  const error = { code: 'output_missing', message, node_id: nodeId } as const
  return { action: 'give_up', cause: 'picture_missed', orphaned: false, error }
}
