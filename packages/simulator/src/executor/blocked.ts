/** A blocked branch that announces itself: an execution_error that is not the end. */
import { ExecutionBlocker, type NodeDefinition } from '../nodes/node-class.ts'
import type { SimulatedHost, PromptRun } from './prompt-run.ts'

export interface Blocked {
  readonly nodeId: string
  readonly nodeClass: NodeDefinition
  readonly blocker: ExecutionBlocker
}

/** What travels on afterwards is silent: one announcement per branch. */
export function sendBlocked(
  host: SimulatedHost,
  run: PromptRun,
  blocked: Blocked,
): ExecutionBlocker {
  if (blocked.blocker.message === null) return blocked.blocker
  host.delivery.send(
    'execution_error',
    {
      prompt_id: run.promptId,
      node_id: blocked.nodeId,
      node_type: blocked.nodeClass.name,
      executed: [...run.executed],
      exception_message: `Execution Blocked: ${blocked.blocker.message}`,
      exception_type: 'ExecutionBlocked',
      traceback: [],
      current_inputs: [],
      current_outputs: [],
    },
    run.clientId,
  )
  return new ExecutionBlocker(null)
}
