/** What the routes may reach. */
import type { MemoryRequest } from '../executor/executor.ts'
import type { FaultState } from '../faults/fault-switches.ts'
import type { History } from '../executor/history.ts'
import type { InterruptFlag } from '../executor/interrupt.ts'
import type { PromptQueue } from '../executor/prompt-queue.ts'
import type { NodeDefinitions } from '../nodes/node-classes.ts'
import type { NodeEnvironment } from '../nodes/node-class.ts'

export interface ServerState {
  readonly environment: NodeEnvironment
  readonly classes: NodeDefinitions
  readonly queue: PromptQueue
  readonly history: History
  readonly interrupt: InterruptFlag
  readonly memory: MemoryRequest
  readonly faults: FaultState
  readonly vramBytes: number
  /** Called for every POST /free. */
  readonly freed: () => void
}
