/** The workflow's nodes with what has become of each: what the list shows. Pure. */
import { isTerminal, memberOf, type NodeState, type SnapshotView } from '@safelight/shared'

/** `waiting` before its turn · `unneeded`: no output needed it · `unfinished`: the job ended first. */
export type RowState = NodeState | 'waiting' | 'unneeded' | 'unfinished'

export interface NodeRow {
  id: string
  title: string
  class: string
  state: RowState
  /** How far the running node says it is; null when it says nothing. */
  part: { value: number; max: number } | null
  /** Why it failed. */
  message: string | null
  /** What it does besides counting: it loads its model, or is in an iteration of a loop. */
  detail: string | null
}

export interface NodeName {
  id: string
  title: string
  class: string
}

export function toNodeRows(names: readonly NodeName[], snapshot: SnapshotView): NodeRow[] {
  const rest = toRestState(snapshot)
  const { nodes, error, progress } = snapshot
  return names.map((name) => {
    const state = memberOf(nodes, name.id) ?? rest
    const node = state === 'running' && progress?.node?.id === name.id ? progress.node : null
    return {
      id: name.id,
      title: name.title,
      class: name.class,
      state,
      // hosts say 0 of 1 of nodes that do not count
      part: node && node.max > 1 ? { value: node.value, max: node.max } : null,
      message: state === 'failed' && error?.node_id === name.id ? error.message : null,
      detail: node?.detail ?? null,
    }
  })
}

/** What a node is that nothing was said of. */
function toRestState({ status }: SnapshotView): RowState {
  if (!isTerminal(status)) return 'waiting'
  return status === 'succeeded' ? 'unneeded' : 'unfinished'
}

/** `3 of 5 done, 2 cached, 1 skipped, 1 blocked`: of those that have to run, as the progress counts them. */
export function toCountLine(rows: readonly NodeRow[]): string {
  const count = (wanted: RowState) => rows.filter(({ state }) => state === wanted).length
  const cached = count('cached')
  const skipped = count('skipped')
  const blocked = count('blocked')
  const toRun = rows.length - count('unneeded') - cached - skipped - blocked
  const parts = [
    toRun > 0 && `${count('done')} of ${toRun} done`,
    cached > 0 && `${cached} cached`,
    skipped > 0 && `${skipped} skipped`,
    blocked > 0 && `${blocked} blocked`,
  ]
  return parts.filter(Boolean).join(', ')
}
