/** Nodes lost while the rest of a prompt goes on, as proposals for ComfyUI have it: READ, NOT RECORDED. */
import type { Json } from '../record.ts'
import type { PromptRun } from './prompt-run.ts'
import type { RaisedFailure } from './run-node.ts'

export interface Losses {
  add(nodeId: string, failure: RaisedFailure): void
  /** What ends the prompt after all: of what was asked for, nothing is left. */
  fatal(outputs: readonly string[]): RaisedFailure | null
  /** What the last message adds. */
  summary(): Json
}

export function createLosses(run: PromptRun, send: (event: string, data: Json) => void): Losses {
  const failures = new Map<string, RaisedFailure>()
  const blocked = new Set<string>()

  const displayed = (ids: Iterable<string>): string[] => [
    ...new Set([...ids].map((id) => run.graph.displayId(id))),
  ]

  return {
    add(nodeId, failure) {
      failures.set(nodeId, failure)
      run.progress.lose(nodeId, 'error')
      send('execution_node_error', {
        node_id: failure.nodeId,
        node_type: run.graph.node(failure.nodeId).class_type,
        executed: [...run.executed],
        ...failure.details,
      })
      for (const id of run.list.lose(nodeId)) {
        blocked.add(id)
        run.progress.lose(id, 'blocked')
      }
    },
    fatal(outputs) {
      const [first] = failures.values()
      if (!first) return null
      // an output in a loop has only its copies to show
      const shown = displayed(run.executed)
      const survives = (id: string): boolean =>
        shown.includes(id) || run.cache.get(id) !== undefined
      return outputs.some(survives) ? null : first
    },
    summary() {
      if (failures.size === 0) return {}
      return {
        completion_status: 'partial_success',
        failed_nodes: displayed(failures.keys()),
        blocked_nodes: displayed(blocked),
      }
    },
  }
}
