/** Which nodes of a prompt have begun and ended since the last look: told once of each, in the order of the graph's execution. */
import type { PromptEnd, TrackerState } from '@safelight/comfyui'
import type { Emit, WorkerEvents } from '@safelight/runtime'
import { memberOf, type Workflow } from '@safelight/shared'

export interface NodeNews {
  look(state: TrackerState): void
  /** What runs when its prompt breaks off has no end of its own. */
  end(state: TrackerState, end: PromptEnd): void
}

export interface NodeNewsOptions {
  emit: Emit<WorkerEvents>
  jobId: string
  attempt: number
  workflow: Workflow
}

/** Costs nothing while no node begins or ends, which is nearly always. */
export function createNodeNews({ emit, jobId, attempt, workflow }: NodeNewsOptions): NodeNews {
  const running = new Set<string>()
  const begun = new Set<string>()
  const ended = new Set<string>()
  let cachedSeen = 0
  let failedSeen = 0

  const classOf = (nodeId: string) => memberOf(workflow, nodeId)?.class_type ?? null

  function tellEnd(nodeId: string, state: 'done' | 'cached' | 'failed'): void {
    running.delete(nodeId)
    if (ended.has(nodeId)) return
    ended.add(nodeId)
    emit('node:ended', { jobId, attempt, nodeId, nodeClass: classOf(nodeId), state })
  }

  function tellBegin(nodeId: string): void {
    begun.add(nodeId)
    running.add(nodeId)
    // it was listed as cached, and runs all the same
    ended.delete(nodeId)
    emit('node:started', { jobId, attempt, nodeId, nodeClass: classOf(nodeId) })
  }

  function look({ runs, cached, failed }: TrackerState): void {
    if (cached.size !== cachedSeen) {
      cachedSeen = cached.size
      for (const nodeId of cached) if (!begun.has(nodeId)) tellEnd(nodeId, 'cached')
    }
    if (failed.size !== failedSeen) {
      failedSeen = failed.size
      for (const nodeId of failed) tellEnd(nodeId, 'failed')
    }
    for (const nodeId of running) if (isOver(runs, nodeId)) tellEnd(nodeId, 'done')
    if (runs.size === begun.size) return
    for (const nodeId of runs.keys()) {
      if (begun.has(nodeId)) continue
      tellBegin(nodeId)
      if (isOver(runs, nodeId)) tellEnd(nodeId, 'done')
    }
  }

  return {
    look,
    end(state, end) {
      look(state)
      if (end.outcome === 'succeeded') for (const nodeId of running) tellEnd(nodeId, 'done')
      if (end.outcome !== 'failed') return
      const { nodeId } = end.failure
      // of a node that another one has made, only that one is known
      if (nodeId !== null && memberOf(workflow, nodeId)) tellEnd(nodeId, 'failed')
    },
  }
}

function isOver(runs: TrackerState['runs'], nodeId: string): boolean {
  return runs.get(nodeId)?.tookMs != null
}
